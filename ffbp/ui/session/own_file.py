"""The session's own file, which is kept in memory only."""

from functools import lru_cache

from ffbp.data.read_table import read_again
from ffbp.data.table import Table
from ffbp.data.table_source import TableSource, source_of

MAX_SOURCES = 4  # of one file, one for each target and task


class OwnFile:
    """A table and how it was read (header, decimal sign); its other readings and its sources are cached."""

    def __init__(self, table: Table, header: bool | None = None, decimal: str | None = None):
        self.table, self.read_by = table, (header, decimal)
        self.read, self.source = lru_cache(self._read), lru_cache(MAX_SOURCES)(self._source)

    def _read(self, header, decimal) -> Table:
        if (header, decimal) == self.read_by:
            return self.table
        return read_again(self.table, header=header, decimal=decimal)

    def _source(self, target, task, header, decimal) -> TableSource:
        return source_of(self.read(header, decimal), target=target, task=task)
