"""The one exception that says: the input is at fault, not the program."""


class InputError(ValueError):
    """A file, option or text that cannot be used; the message is one line that names it and the remedy.

    Commands print the message alone and leave with exit code 1; every other exception keeps its traceback.
    """
