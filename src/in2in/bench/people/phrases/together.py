"""Walks and dances of two who keep together, in words."""

from in2in.bench.people.phrases.phrase import Phrases

SIDE_BY_SIDE = Phrases(
    together=(
        "{a} {adv}sets off first and {b} walks alongside",
        "{a} {adv}starts to walk and {b} walks next to them",
        "{a} {adv}walks ahead a little, with {b} side by side",
        "{a} begins to walk {adv}beside {b}, who joins",
        "{b} joins {a}, who {adv}starts walking, and they go side by side",
        "{b} walks along at the side of {a}, who has {adv}set off first",
        "two people walk side by side: {a} {adv}leaves first and {b} keeps up",
        "they go for a walk next to each other, {a} {adv}starting and {b} joining",
    ),
    starter=(
        "{a} {adv}walks next to somebody, setting off first",
        "{a} {adv}starts to walk alongside somebody",
        "{a} {adv}sets off first and walks side by side with somebody",
        "{a} {adv}goes for a walk, taking the first step",
        "{a} {adv}walks forward, the first to move",
        "{a} {adv}begins a walk at somebody's side",
    ),
    partner=(
        "{a} {adv}walks along next to somebody",
        "{a} {adv}joins a walk side by side",
        "{a} sets off a moment later and {adv}walks alongside",
        "{a} {adv}keeps up with somebody who set off first",
        "{a} {adv}walks forward at somebody's side, the last to start",
        "{a} {adv}accompanies somebody on a walk",
    ),
)

CHASE = Phrases(
    together=(
        "{a} {adv}chases {b}, who runs away",
        "{a} {adv}runs after {b}",
        "{a} {adv}pursues {b}, running",
        "{a} {adv}tries to catch {b}, who is running off",
        "{b} runs away from {a}, who {adv}chases after",
        "{b} flees and {a} {adv}follows, running",
        "{b} is {adv}chased by {a}",
        "a chase: {b} runs in front and {a} {adv}runs behind",
    ),
    starter=(
        "{a} {adv}chases somebody",
        "{a} {adv}runs after somebody",
        "{a} {adv}pursues someone, running behind",
        "{a} {adv}runs to catch somebody",
        "{a} {adv}follows somebody at a run",
        "{a} {adv}hunts somebody who runs ahead",
    ),
    partner=(
        "{a} {adv}runs away",
        "{a} {adv}flees from somebody",
        "{a} {adv}runs off, chased by somebody",
        "{a} {adv}runs ahead to escape",
        "{a} is chased and {adv}runs",
        "{a} {adv}escapes at a run",
    ),
)

LEAD_BY_HAND = Phrases(
    together=(
        "{a} {adv}leads {b} by the hand, holding it with the {hand} hand",
        "{a} takes a hand of {b} with the {hand} hand and {adv}walks ahead",
        "{a} {adv}pulls {b} along with the {hand} hand",
        "{a} {adv}walks in front and holds {b} by the hand with the {hand} one",
        "{b} is {adv}led by {a}, who holds on with the {hand} hand",
        "{b} follows {a} hand in hand, {adv}guided by the {hand} hand",
        "{b} gives a hand to {a}, who takes it with the {hand} hand and {adv}leads the way",
        "holding hands, {a} {adv}goes ahead and draws {b} along with the {hand} hand",
    ),
    starter=(
        "{a} {adv}leads somebody by the hand with the {hand} hand",
        "{a} {adv}walks ahead, pulling somebody with the {hand} hand",
        "{a} takes a hand with the {hand} hand and {adv}leads the way",
        "{a} {adv}guides somebody, with the {hand} hand held back",
        "{a} {adv}walks in front and holds a hand in the {hand} one",
        "{a} {adv}draws somebody along with the {hand} hand",
    ),
    partner=(
        "{a} {adv}follows, led by the {hand} hand",
        "{a} is {tempo}pulled along by the {hand} hand",
        "{a} gives the {hand} hand and {adv}walks behind",
        "{a} {adv}walks after somebody who holds the {hand} hand",
        "{a} lets the {hand} hand be taken and {adv}follows",
        "{a} is {tempo}guided from the front by the {hand} hand",
    ),
)

CIRCLE_DANCE = Phrases(
    together=(
        "{a} takes both hands of {b} and they {adv}dance in a circle, each stepping to the {way}",
        "{a} and {b} hold both hands and {adv}circle to their {way}",
        "{a} {adv}dances round with {b}, hands joined, stepping to the {way}",
        "{a} offers both hands to {b} and they {adv}turn in a circle, moving to their {way}",
        "{b} is taken by both hands by {a} and they {adv}circle, stepping to the {way}",
        "{b} joins hands with {a}, and they {adv}go round in a circle to their {way}",
        "two people, {a} and {b}, hold hands and {adv}dance sideways to the {way} in a ring",
        "hand in hand, {a} and {b} {adv}go round in a ring, both to the {way}",
    ),
    starter=(
        "{a} offers both hands first and {adv}dances in a circle to the {way}",
        "{a} takes somebody's hands and {adv}circles with side steps to the {way}",
        "{a} holds both hands out first and {adv}steps to the {way}, round and round",
        "{a} starts a round dance and {adv}moves to the {way}",
        "{a} leads a dance in a ring, {adv}stepping to the {way}",
        "{a} joins hands first and {adv}goes round to the {way}",
    ),
    partner=(
        "{a} gives both hands and {adv}dances in a circle to the {way}",
        "{a} takes the hands that are offered and {adv}circles with side steps to the {way}",
        "{a} follows a round dance, {adv}stepping to the {way}",
        "{a} is taken by the hands and {adv}goes round to the {way}",
        "{a} joins a dance in a ring and {adv}moves to the {way}",
        "{a} lets both hands be held and {adv}steps to the {way}, round and round",
    ),
)
