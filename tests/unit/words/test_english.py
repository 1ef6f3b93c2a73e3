"""Every notice has one sentence, whichever file it stands in."""

from collections import Counter

from ffbp.words import english


def test_no_key_stands_in_two_files():
    counts = Counter(key for file in english.FILES for key in file.SENTENCES)
    assert not {key for key, count in counts.items() if count > 1}
