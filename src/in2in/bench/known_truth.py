"""What motion is worth where the truth is known: recorded touches, and the judge's questions."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from pathlib import Path

from torch import Tensor

from in2in.bench.contacts import contact_figures, touching
from in2in.bench.judge import Verdict, judge, share_right
from in2in.bench.people.dataset import truth_path
from in2in.bench.people.truth import Truth
from in2in.evaluation.extra import Figures, Reader
from in2in.evaluation.protocol import Item
from in2in.evaluation.table import Column
from in2in.motion.representation import decode_joints


class KnownTruth:
    """The figures of procedural data, see `in2in.evaluation.extra.Extra`."""

    title = "known truth"
    columns = (
        *(Column(f"contact {name}", "higher", percent=True) for name in ("precision", "recall")),
        *(Column(f"judge: {field.name.replace('_', ' ')}", "higher", percent=True) for field in fields(Verdict)),
    )

    def read(self, data_dir: Path, clips: Collection[str]) -> Reader | None:
        """The truth records of the clips, if the data set has any."""
        if not (data_dir / "truth").is_dir():
            return None
        truths = {clip: Truth.load(truth_path(data_dir, clip)) for clip in clips}

        def measured(items: Sequence[Item], motions: Sequence[Tensor]) -> Figures:
            ordered = [own.flip(0) if item.swapped else own for own, item in zip(motions, items, strict=True)]
            return truth_figures(ordered, [truths[item.clip] for item in items])

        return measured


def truth_figures(motions: Sequence[Tensor], truths: Sequence[Truth]) -> Figures:
    """Touches and the judge's questions of motions [2, T, 262]; the persons in the order of the record."""
    joints = [decode_joints(motion) for motion in motions]
    shares = share_right([judge(own, truth) for own, truth in zip(joints, truths, strict=True)])
    told = {f"judge: {share.question.replace('_', ' ')}": share.share for share in shares if share.asked}
    return contact_figures([touching(own) for own in joints], truths) | told
