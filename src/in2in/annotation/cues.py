"""Who of two moving people does what a clause says: for each group of words, a measure that is larger for the doer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from in2in.annotation.motion import Movement
from in2in.evaluation.judge.roles import first_onset, onset
from in2in.evaluation.judge.signals import Array
from in2in.motion.representation import FPS


@dataclass(frozen=True)
class Cue:
    """A group of words and the measure that shows who does it.

    Attributes:
        words: of the clause's first verb and what belongs to it.
        measure: [2] of a movement, larger for the person who does it.
        unit: the difference from which on it counts fully.
        weight: how much it counts beside other cues.
        timed: whether the measure says when, not how much: then it also shows who comes second.
    """

    words: re.Pattern[str]
    measure: Callable[[Movement], Array]
    unit: float
    weight: float = 1.0
    timed: bool = False

    def evidence(self, movement: Movement) -> float:
        """From -weight, person 2 does it, to weight, person 1 does."""
        one, two = self.measure(movement)
        return self.weight * float(np.clip((one - two) / self.unit, -1.0, 1.0))


def _lift_early(m: Movement) -> Array:
    arm = m.signals.lifted
    further = arm.max(-1).argmax(-1)
    return -np.array([onset(arm[person, further[person]]) for person in range(2)]) / FPS


def _both_lift_early(m: Movement) -> Array:
    return -np.array([onset(lifted.mean(0)) for lifted in m.signals.lifted]) / FPS


def _bend(m: Movement) -> Array:
    """How far each bends; when, where both do."""
    lean = m.signals.lean.max(-1) - np.median(m.signals.lean, axis=-1)
    if abs(lean[0] - lean[1]) > 0.3:
        return lean
    return -np.array([onset(course) for course in m.signals.lean]) / FPS


def _hand_on_body(m: Movement) -> Array:
    joints = ("left_shoulder", "right_shoulder", "spine3", "spine2", "neck", "head")
    return -np.min([m.signals.palm_to(joint).min(axis=(1, 2)) for joint in joints], axis=0)


def _both_hands_on_trunk(m: Movement) -> Array:
    return -m.signals.palm_to("spine3").max(1).min(-1)


def _thrust(m: Movement) -> Array:
    """How far ahead a palm gets, in arm lengths."""
    return (m.signals.from_shoulder[..., 0] / m.signals.arm[..., None]).max(axis=(1, 2))


def _hands_emptied(m: Movement) -> Array:
    """An arm that is up at first and down at last: whoever brings a thing carries it."""
    edge = max(m.signals.joints.shape[1] // 15, 2)
    lifted = m.signals.lifted
    return (lifted[..., :edge].mean(-1) - lifted[..., -edge:].mean(-1)).max(1)


def _leave_early(m: Movement) -> Array:
    """When each turns to go; where they do not both turn, when each sets off."""
    turned = np.abs(m.signals.heading - m.signals.heading[:, :1])
    if turned.max(-1).min() < 0.7:
        return _set_off_early(m)
    return -np.array([first_onset(course) for course in turned]) / FPS


def _ahead(m: Movement) -> Array:
    """Who has the other behind; who sets off first, where they go side by side."""
    facing = np.median(m.signals.facing, axis=-1)
    return -facing if abs(facing[0] - facing[1]) > 0.6 else 3 * _set_off_early(m)


def _set_off_early(m: Movement) -> Array:
    way = np.linalg.norm(m.signals.spot - m.signals.spot[:, :1], axis=-1)
    return -np.array([np.interp(0.25, np.maximum.accumulate(w), np.arange(len(w))) for w in way]) / FPS


def _dodge(m: Movement) -> Array:
    s = m.signals
    over = s.at("head")[..., [0, 2]] - s.sides("ankle").mean(1)[..., [0, 2]]
    aside = np.linalg.norm(over - np.median(over, axis=1, keepdims=True), axis=-1).max(-1)
    head = s.at("head")[..., 1]
    return aside + np.median(head, axis=-1) - head.min(-1)


_EARLY = (_lift_early, _both_lift_early, _bend, _leave_early, _ahead, _set_off_early)


def _cue(words: str, measure: Callable[[Movement], Array], unit: float, weight: float = 1.0) -> Cue:
    return Cue(re.compile(rf"\b(?:{words})", re.IGNORECASE), measure, unit, weight, measure in _EARLY)


_LIMB = r"(?:a |an |the |one |both |his |her |their )?(?:left |right )?(?:hands?|arms?|palms?|fist)"

DOES: tuple[Cue, ...] = (
    _cue(r"gives?\b.*\b(?:five|wave)\b|high", _lift_early, 0.15, 0.7),
    _cue(r"gives?\b.*\bhug|hugs?\b|embrac|opens? |spreads?|(?:holds?|takes?|throws?)\b.*\bboth", _both_lift_early, 0.2),
    _cue(
        rf"(?:offers?|extends?|holds?|stretch\w*|rais\w*|lifts?|reach\w*|puts?|gives?) (?:out |up )?{_LIMB}\b(?! on)",
        _lift_early,
        0.15,
        0.7,
    ),
    _cue(r"kick|swings? .*\bleg|lifts? .*\b(?:leg|foot)|knees\b", lambda m: m.signals.ankles.max(axis=(1, 2)), 0.2),
    _cue(r"push|shove|thrusts? both|puts? both hands", _both_hands_on_trunk, 0.15),
    _cue(r"punch|hits?\b|strik|jab|box|slap|attack|throws? a|swings? .*\b(?:fist|arm|hand)", _thrust, 0.1),
    _cue(
        r"pats?\b|patt|tap|touch|strok|comfort|consol|clap|(?:puts?|lays?|places?|rests?)\b.*\bhand",
        _hand_on_body,
        0.15,
    ),
    _cue(
        r"point|gestur|indicat|directs?\b|shows?\b.*\b(?:way|direction)|aims?\b",
        lambda m: m.signals.lifted.max(1).mean(-1),
        0.15,
    ),
    _cue(r"hands?\b|gives?\b|pass|deliver|presents?|brings?|carr|offers?", _hands_emptied, 0.2),
    _cue(
        r"walks? up|approach|comes? (?:closer|over|up|near|to)|steps? (?:forward|closer|up)"
        r"|(?:walks?|runs?|moves?|goes) (?:over )?(?:to|towards?)\b",
        lambda m: m.nearer,
        0.3,
        0.5,
    ),
    _cue(
        r"stagger|stumbl|totter|backs? (?:away|off|up)|retreat|recoil|loses? (?:the )?balance"
        r"|(?:steps?|moves?|falls?|reels?|jumps?|sways?|goes|walks?|flies|leaps?|runs?) back(?:wards?)?\b",
        lambda m: m.backwards,
        0.2,
    ),
    _cue(
        r"chas|pursu|(?:runs?|walks?|goes|comes) (?:after|behind)|hunts?|catch",
        lambda m: np.median(m.signals.facing, axis=-1),
        0.6,
    ),
    _cue(r"(?:walks?|runs?|goes) (?:ahead|in front)", _ahead, 0.6),
    _cue(
        r"leads?\b|pulls?\b|drag|guid|tows?\b|flees?\b|escap|runs? (?:away|off)",
        lambda m: -np.median(m.signals.facing, axis=-1),
        0.6,
    ),
    _cue(r"bows?\b|bends?|leans? (?:forward|down)|curts", _bend, 0.2),
    _cue(r"duck|dodg|evad|avoid|sidestep|leans? (?:back|away|aside|to)|weav|slips?", _dodge, 0.1),
    _cue(r"crouch|squat|kneel|sits?\b|falls?\b|lies?\b", lambda m: -m.signals.at("pelvis")[..., 1].min(-1), 0.2),
    _cue(r"jump|hops?\b|leap", lambda m: m.signals.at("pelvis")[..., 1].max(-1), 0.1),
    _cue(
        r"(?:walks?|goes|turns?|steps?)\b.*\b(?:away|around|off|out|apart|opposite)"
        r"|turns\b|leav|parts?\b|faces? about",
        _leave_early,
        0.3,
    ),
    _cue(r"sets? off|(?:starts?|begins?) (?:to )?(?:walk|go|mov)|joins?\b", _set_off_early, 0.2),
    _cue(r"wav|greet|salut|mov|rais|lifts?|stretch|reach", _lift_early, 0.15, 0.7),
    _cue(r"stands?\b|waits?|watch|looks? on|stays?", lambda m: -m.path, 0.3, 0.5),
)
"""What a person does; the first that fits a verb and its complements counts, special ones before general ones."""

ANSWERS = re.compile(
    r"\b(?:(?:bow|wave|nod|greet|salute|hug|punche|kick|pushe|hit|strike)s back|in return|in turn|return|respond"
    r"|answer|repl|repeat|cop(?:y|ies)|mirror|imitat|shadows?\b|echo|mimic|too\b|also|likewise|a (?:moment|little) later"
    r"|last\b|afterwards|reciproc|joins|complet|accept|receiv|follows?\b(?! somebody)|back\.?$"
    r"|(?:shakes?|takes?|grasps?|grabs?|slaps?|hits?|high-fives?|claps?|meets?)(?: and shakes)? "
    r"(?:it|what|the (?:\w+ )?(?:left |right )?(?:hand|arm|palm))\b)",
    re.IGNORECASE,
)
"""Words of a person who comes second: what shows the doer by an earlier movement shows this one by a later."""

BEGINS = re.compile(r"(?:start|begin|initiat|lead|goes first|is the first)", re.IGNORECASE)

MORE: tuple[Cue, ...] = (
    _cue(r"taller", lambda m: m.statures, 0.02, 0.9),
    _cue(r"shorter|smaller", lambda m: -m.statures, 0.02, 0.9),
    _cue(
        r"(?<!the )first\b|the first (?:step|move|turn)|start|begin|initiat|propos|invit|suggest",
        lambda m: -m.begins,
        0.3,
        0.3,
    ),
)
"""What may be said besides; each counts wherever it is said."""

WEAK: tuple[Cue, ...] = (
    _cue(r"receiv|accept|takes?\b|gets?\b|grab", lambda m: -_hands_emptied(m), 0.5, 0.3),
    _cue(r"follows?\b|behind", lambda m: np.median(m.signals.facing, axis=-1), 0.6, 0.5),
    _cue(r"", lambda m: -m.begins + _lift_early(m), 0.6, 0.2),
)
"""Where clauses have no cue above. The last fits every clause: whoever acts moves before whoever is acted on."""

SIDE = re.compile(r"(?<!somebody's )\b(left|right) (hand|arm|palm|fist|elbow|leg|foot|knee)\b( of somebody)?", re.IGNORECASE)

_TAKEN = re.compile(r"^[\w-]+ (?:the|a) (?:\w+ )?(?:left|right) (?:hand|arm|palm)$")
"""A hand that is all that a deed names may be the other's: "shakes the left hand"."""

SIDE_WEIGHT = 0.8

FAINT = 0.1
"""Evidence below which weak cues are asked too."""

_NEXT_VERB = re.compile(
    r"(?:,|\band then\b|\band\b|\bthen\b)\s+(?=(?:\w+ly(?: and \w+ly)?\s+)?(?!(?:hands|arms|legs|knees)\b)[a-z-]+s\b)"
)
_MANNER = re.compile(r"^(?:(?:very )?\w+ly (?:and \w+ly )?|then |also |first )+")


@dataclass(frozen=True)
class Deed:
    """What one of a text's two people does.

    Attributes:
        first: whether it is the first that the text names.
        words: the clause, with its verb in the third person at its beginning, and no person before it.
        looks: the words that describe the person, such as "taller".
        later: whether the text says that it comes after the other's.
    """

    first: bool
    words: str
    looks: str = ""
    later: bool = False

    def verbs(self) -> list[str]:
        """Each verb with its complements, adverbs left out."""
        return [_MANNER.sub("", phrase.strip()) for phrase in _NEXT_VERB.split(self.words)]


def _of_side(deed: Deed, movement: Movement) -> float:
    """Whoever uses this side more than the other side."""
    if not (named := SIDE.search(deed.words)) or named[3] or _TAKEN.search(deed.words):
        return 0.0
    s = movement.signals
    left = named[1].lower() == "left"
    used = s.ankles.max(-1) / 0.3 if named[2].lower() in ("leg", "foot", "knee") else s.lifted.max(-1)
    more = (used[:, 0] - used[:, 1]) * (1 if left else -1)
    return SIDE_WEIGHT * float(np.clip((more[0] - more[1]) / 0.5, -1.0, 1.0))


_DONE = re.compile(r"^(?:gives?|makes?|does|takes?|throws?|lands?|delivers?|deals?|performs?) (?:somebody )?an? (?:\w+ )?")
"""A verb that leaves the matter to its noun: gives a push."""


def _strong(deed: Deed, together: list[str], movement: Movement) -> list[float]:
    found = []
    for phrase in deed.verbs():
        answers = deed.later or ANSWERS.search(phrase) is not None
        about = [phrase, *(together if answers or BEGINS.match(phrase) else [])]
        if noun := _DONE.match(phrase):
            about.insert(0, phrase[noun.end() :])
        cue = next((cue for words in about for cue in DOES if cue.words.match(words)), None)
        if cue is not None and (cue.timed or not answers):
            found.append(-cue.evidence(movement) if answers else cue.evidence(movement))
    if not found and (cue := next((cue for cue in DOES if cue.timed and cue.words.search(deed.words)), None)):
        sign = -1 if deed.later or ANSWERS.search(deed.words) else 1
        found.append(sign * 0.7 * cue.evidence(movement))
    return found


def first_named_is_person_1(deeds: list[Deed], together: list[str], movement: Movement) -> float:
    """The evidence that the person a text names first is person 1: below 0 it is person 2, near 0 nothing tells.

    Args:
        deeds: what each does.
        together: what both do, clauses like those of the deeds; "begins" and "follows" speak of it.
        movement: of the two.
    """
    total, strong = 0.0, False
    for deed in deeds:
        sign = 1.0 if deed.first else -1.0
        found = _strong(deed, together, movement)
        strong |= bool(found)
        more = [cue.evidence(movement) for cue in MORE if cue.words.search(f"{deed.looks} {deed.words}")]
        total += sign * (sum(found) + sum(more) + _of_side(deed, movement))
    if not strong or abs(total) < FAINT:
        for deed in deeds[:1]:
            sign = 1.0 if deed.first else -1.0
            for cue in WEAK:
                if cue.words.search(deed.words):
                    second = cue is WEAK[-1] and (deed.later or ANSWERS.search(deed.words))
                    total += (-sign if second else sign) * cue.evidence(movement)
    return total
