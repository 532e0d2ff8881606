"""Walking up to somebody and walking apart."""

import numpy as np

from in2in.bench.people.curves import ramp
from in2in.bench.people.stage import NONE, Stage


def approach(stage: Stage) -> None:
    """The starter walks up to the partner, who stands and turns to look."""
    gap, way = stage.draw(0.8, 1.2), stage.draw(1.4, 3.4)
    off = stage.draw(-0.9, 0.9) if stage.chance(0.6) else stage.draw(-0.1, 0.1)
    aside = stage.draw(-0.6, 0.6)
    angle = np.arctan2(-aside, way)
    stage.enter((aside, -gap / 2 - way), angle, (0.0, gap / 2), np.pi + off)
    stage.assign(("walks up to the other", NONE), ("waits", NONE))
    stage.parts[stage.starter].approaches = True
    start = stage.draw(-0.4, 0.5)
    arrival = start + 0.8 + way * stage.draw(0.75, 0.9) * stage.casting.pace**0.8
    step = 0.52 * stage.casting.pace**0.6
    stage.lead.walk(start, arrival, (0.0, -gap / 2), 0.0, turn=(arrival - 1.0, arrival), step=step)
    if abs(off) > 0.3:
        turn = start + stage.draw(0.4, 0.6) * (arrival - start)
        stage.follow.walk(turn, turn + stage.beat(0.9), facing=np.pi, step=0.42)
    stage.finish(arrival)


def walk_apart(stage: Stage) -> None:
    """Both turn round and walk away from each other, the starter first."""
    gap = stage.draw(0.75, 1.1)
    stage.enter((0.0, -gap / 2), stage.draw(-0.1, 0.1), (0.0, gap / 2), np.pi + stage.draw(-0.1, 0.1))
    stage.assign(("turns and walks away first", NONE), ("turns and walks away", NONE))
    start = stage.draw(0.3, 0.9)
    delay = stage.beat(stage.draw(0.6, 1.1))
    last = start
    for actor, begin, direction in ((stage.lead, start, -1.0), (stage.follow, start + delay, 1.0)):
        way = stage.draw(1.1, 2.2)
        aim = stage.draw(-0.5, 0.5) + (np.pi if direction < 0 else 0.0)
        turn = stage.beat(1.0)
        arrival = begin + turn + 0.2 + way * stage.draw(0.85, 1.0) * stage.casting.pace**0.8
        actor.look_away(ramp(stage.time, begin, begin + turn))
        actor.turn_and_walk(begin, arrival, turn, way, aim, step=0.5 * stage.casting.pace**0.5)
        last = max(last, arrival)
    stage.finish(last)
