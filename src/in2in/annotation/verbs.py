"""Just enough English inflection: pushes, push, pushed."""

_IRREGULAR = (
    *("lead led", "hit hit", "hold held", "take taken", "give given", "throw thrown", "catch caught", "bring brought"),
    *(
        "put put",
        "set set",
        "turn turned",
        "leave left",
        "go gone",
        "come come",
        "run run",
        "stand stood",
        "sit sat",
        "do done",
    ),
    *("strike struck", "drag dragged", "grab grabbed", "pat patted", "tap tapped", "hug hugged", "push pushed"),
    *("shake shaken", "swing swung", "bend bent", "fall fallen", "get got", "show shown", "tell told", "teach taught"),
    *("lay laid", "spin spun", "cut cut", "hide hidden", "let let", "meet met", "see seen", "begin begun", "be been"),
    *("stop stopped", "shove shoved", "carry carried", "slap slapped", "jab jabbed", "block blocked", "knee kneed"),
    *("drop dropped", "grip gripped", "trip tripped", "tug tugged", "wrap wrapped", "clap clapped", "hop hopped"),
    *("nod nodded", "step stepped", "slip slipped", "flip flipped", "have had", "make made", "drive driven"),
    *("hand handed", "pass passed", "kick kicked", "offer offered", "accept accepted", "point pointed"),
)
_PARTICIPLES = dict(pair.split() for pair in _IRREGULAR)
_BASES = {participle: base for base, participle in _PARTICIPLES.items()}
_THIRD = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_HISSING = ("s", "sh", "ch", "x", "z", "o")


def base(third: str) -> str:
    """Push of pushes."""
    for word, inflected in _THIRD.items():
        if third == inflected:
            return word
    if third.endswith("ies") and len(third) > 4:
        return third[:-3] + "y"
    if third.endswith("es") and third[:-2].endswith(("ss", "sh", "ch", "x", "zz")):
        return third[:-2]
    return third.removesuffix("s")


def third_person(word: str) -> str:
    """Pushes of push."""
    if word in _THIRD:
        return _THIRD[word]
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_HISSING) else "s")


def participle(word: str) -> str:
    """Pushed of push."""
    if word in _PARTICIPLES:
        return _PARTICIPLES[word]
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ied"
    return word + "ed"


def is_participle(word: str) -> bool:
    """Whether a word after "is" or "has" may be one."""
    return word in _BASES or (word.endswith("ed") and len(word) > 3)


def base_of_participle(word: str) -> str:
    """Push of pushed; a guess where an e may have been lost (chased), by what letters English words end in."""
    if word in _BASES:
        return _BASES[word]
    stem = word.removesuffix("ed")
    if stem.endswith("i"):
        return stem[:-1] + "y"
    if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    silent = stem.endswith(("v", "c", "u", "as", "at", "ag", "ak", "id", "od", "ad", "id", "is", "os", "ng"))
    return stem + "e" if silent and not stem.endswith(("dd", "ead", "oad")) else stem
