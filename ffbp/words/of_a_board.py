"""What the board of a class says of each run, and of a line or a file that it cannot use."""

VERDICTS = {  # of a mark
    "verified": "verified",
    "agrees": "verified to rounding",
    "without_file": "verified without its file",
    "disagrees": "differs",
    "other_data": "other data",
    "unreadable": "not a record",
    "left_out": "left out",
    "trained": "link",
}
NO_LINK = "there is no link in it; paste one with its parameters, as in the address bar"
MORE_THAN_A_LINK = "something follows the link; put one link on a line, with a name before it if you like"
NO_PARAMETERS = "the link has no parameters; copy it from the address bar after a change"
TOO_LONG = "the link is longer than {most:,} characters; ask for the record instead"
NEEDS_FILE = "the link needs the file {name}, which it cannot contain; ask for the record instead"
TOO_MANY = "the board takes {most} runs at once; {n} more were left out: put them on a second board"
NO_TEXT = "the file is neither a record nor text; save a list of links as text or CSV (UTF-8)"
TOO_LARGE = "the file has {size:.0f} MB, and the limit is {most} MB"
TOO_LARGE_TOGETHER = "the files have more than {most} MB together; this one was left out: put it on a second board"
TOO_MUCH_WORK = (
    "the board would train for more than {most:.0f} minutes; this run was left out: put it on a second board"
)
