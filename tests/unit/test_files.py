"""Files as people have them, each read as a teacher would expect, and what is downloaded loads back."""

import numpy as np
import pytest
from files_as_people_have_them import FILES

from ffbp.tables import TableError, read_table, source_of, table_csv


def values_of(column):
    if not column.is_number:
        return column.categories
    return [None if np.isnan(value) else value for value in column.values.tolist()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_a_teacher_would_expect(name):
    file = FILES[name]
    if file.fault:
        with pytest.raises(TableError) as caught:
            source_of(read_table(file.data))
        assert file.fault in str(caught.value)
        assert str(caught.value).endswith(".")
        return
    table = read_table(file.data)
    columns = {column.name: values_of(column) for column in table.columns}
    for column, values in file.columns.items():
        assert columns[column] == values
    if file.n_rows is not None:
        assert table.n_rows == file.n_rows
    if file.target is not None:
        source = source_of(table)
        assert source.target_name == file.target
        assert tuple(name for name, _ in source.set_aside) == file.left_aside
    notes = " ".join(table.notes)
    for fragment in file.said:
        assert fragment in notes
    assert all(note.endswith(".") and "\n" not in note for note in table.notes)


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if not file.fault])
def test_what_is_downloaded_loads_back(name):
    table = read_table(FILES[name].data)
    back = read_table(table_csv(table).encode())
    assert [(c.name, c.categories) for c in back.columns] == [(c.name, c.categories) for c in table.columns]
    for a, b in zip(back.columns, table.columns, strict=True):
        assert a.values.tobytes() == b.values.tobytes()
