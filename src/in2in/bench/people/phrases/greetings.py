"""Handshake, high five, bow and wave in words."""

from in2in.bench.people.phrases.phrase import Phrases

HANDSHAKE = Phrases(
    together=(
        "{a} {go}{adv}holds out the {hand} hand and {b} takes it for a handshake",
        "{a} {go}{adv}reaches out with the {hand} hand to shake hands with {b}",
        "{a} {go}{adv}offers the {hand} hand, {b} grasps it and they shake hands",
        "{a} and {b} shake {hand} hands, and it is the former who {adv}reaches out first",
        "{b} shakes the {hand} hand that {a} {adv}holds out",
        "{b} accepts the {hand} hand which {a} {adv}offers, and they shake hands",
        "{a} {go}{adv}extends the {hand} arm for a handshake and {b} responds with the {other_hand} one",
        "{a} {go}{adv}greets {b} with a handshake of the {hand} hand",
    ),
    starter=(
        "{a} {go}{adv}holds out the {hand} hand first and shakes hands",
        "{a} {go}{adv}reaches out with the {hand} hand to start a handshake",
        "{a} {go}{adv}offers the {hand} hand and shakes it up and down",
        "{a} {go}{adv}extends the {hand} arm forward before anyone else does and shakes hands",
        "{a} {go}{adv}stretches the {hand} hand out for a handshake",
        "{a} {go}{adv}begins a handshake with the {hand} hand",
    ),
    partner=(
        "{a} {go}{adv}takes the hand that is held out with the {hand} hand and shakes it",
        "{a} {go}{adv}responds to a handshake with the {hand} hand",
        "{a} {go}{adv}accepts a handshake, giving the {hand} hand",
        "{a} {go}{adv}grasps the offered hand with the {hand} one and shakes it",
        "{a} {go}{adv}answers a handshake by lifting the {hand} hand",
        "{a} {go}{adv}lets the {hand} hand be shaken after it was asked for",
    ),
)

HIGH_FIVE = Phrases(
    together=(
        "{a} {go}{adv}raises the {hand} hand and {b} slaps it in a high five",
        "{a} {go}{adv}lifts the {hand} hand for a high five and {b} claps it",
        "{a} {go}{adv}gives {b} a high five with the {hand} hand",
        "{a} {go}{adv}starts a high five with the {hand} hand, which {b} returns",
        "{b} high-fives the {hand} hand that {a} {adv}raises",
        "{b} claps palms with {a}, who {adv}puts the {hand} hand up first",
        "{a} {go}{adv}holds the {hand} palm up high, and {b} hits it with the {other_hand} palm",
        "{a} and {b} do a high five; the former {adv}lifts the {hand} arm first",
    ),
    starter=(
        "{a} {go}{adv}raises the {hand} hand first for a high five",
        "{a} {go}{adv}lifts the {hand} arm and starts a high five",
        "{a} {go}{adv}puts the {hand} hand up and claps it against a palm",
        "{a} {go}{adv}invites a high five with the {hand} hand",
        "{a} {go}{adv}swings the {hand} hand up and forward to give a high five",
        "{a} {go}{adv}begins a high five by throwing the {hand} arm up",
    ),
    partner=(
        "{a} {go}{adv}answers a high five with the {hand} hand",
        "{a} {go}{adv}returns a high five using the {hand} palm",
        "{a} {go}{adv}slaps a raised palm with the {hand} hand",
        "{a} {go}{adv}claps the {hand} hand against the one held up",
        "{a} {go}{adv}follows with the {hand} hand and completes a high five",
        "{a} {go}{adv}responds by lifting the {hand} arm to meet a high five",
    ),
)

BOW = Phrases(
    together=(
        "{a} {go}{adv}bows and {b} bows back",
        "{a} {go}{adv}bends forward in a bow, which {b} returns",
        "{a} {go}{adv}bows to {b}, who bows in return",
        "{a} {go}{adv}greets {b} with a bow and gets one back",
        "{b} returns the bow that {a} {adv}makes first",
        "{b} bows after {a} has {adv}bowed",
        "two people bow to each other: {a} {adv}begins and {b} follows",
        "they bow; {a} {adv}bends first, {b} a moment later",
    ),
    starter=(
        "{a} {go}{adv}bows first",
        "{a} {go}{adv}begins the greeting by bowing",
        "{a} {go}{adv}bends the upper body forward in a bow before anyone else",
        "{a} {go}{adv}opens with a bow and straightens up again",
        "{a} {go}{adv}makes the first bow",
        "{a} {go}{adv}leans forward to bow, being the first to do so",
    ),
    partner=(
        "{a} {go}{adv}bows in return",
        "{a} {go}{adv}answers with a bow",
        "{a} {go}waits a moment and {adv}bows back",
        "{a} {go}{adv}returns a bow and straightens up again",
        "{a} {go}{adv}bends forward to reply to a bow",
        "{a} {go}{adv}bows second, in reply",
    ),
)

WAVE = Phrases(
    together=(
        "{a} {go}{adv}waves with the {hand} hand and {b} waves back with the {other_hand} hand",
        "{a} {go}{adv}raises the {hand} hand to wave, and {b} answers by waving the {other_hand} one",
        "{a} {go}{adv}waves the {hand} hand at {b}, who returns it with the {other_hand} hand",
        "{a} {go}{adv}greets {b} by waving the {hand} arm and gets a wave of the {other_hand} arm",
        "{b} waves back with the {other_hand} hand after {a} {adv}waves the {hand} one",
        "{b} returns with the {other_hand} hand the wave that {a} {adv}gives with the {hand} hand",
        "two people wave to each other: {a} {adv}starts with the {hand} hand, {b} follows with the {other_hand}",
        "they greet from a distance; {a} {adv}waves the {hand} hand first, then {b} the {other_hand} hand",
    ),
    starter=(
        "{a} {go}{adv}waves first with the {hand} hand",
        "{a} {go}{adv}raises the {hand} hand to wave hello",
        "{a} {go}{adv}begins to wave the {hand} arm",
        "{a} {go}{adv}lifts the {hand} hand and is the first to wave",
        "{a} {go}{adv}greets with a wave of the {hand} hand",
        "{a} {go}{adv}starts waving, using the {hand} hand",
    ),
    partner=(
        "{a} {go}{adv}waves back with the {hand} hand",
        "{a} {go}{adv}returns a wave with the {hand} hand",
        "{a} {go}{adv}answers by waving the {hand} arm",
        "{a} {go}{adv}replies to a wave, lifting the {hand} hand",
        "{a} {go}waits a moment and {adv}waves the {hand} hand in return",
        "{a} {go}{adv}responds with a wave of the {hand} hand",
    ),
)
