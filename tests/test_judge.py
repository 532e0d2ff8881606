"""The judge: agrees with the generator on held-out clips, and with nobody on clips that are made wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import TINY, Cli
from tensors import joints_of

from in2in.bench.judge import UNKNOWN, Share, Verdict, judge, recognise, share_right, share_table
from in2in.bench.judge.agreement import agreement, held_out
from in2in.bench.judge.anatomy import joint_angles, reached
from in2in.bench.judge.kinds import usual_ranges
from in2in.bench.judge.naturalness import DataSet, anatomy_table, dynamics_table
from in2in.bench.judge.roles import STARTS
from in2in.bench.people import KINDS, Clip, generate, write_dataset
from in2in.data.layout import TRAIN
from in2in.data.preparation import build_cache
from in2in.errors import InputError
from in2in.motion.rotations import rotate_about_y
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, forward_kinematics, tpose_offsets
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import BUNDLED

EACH = 10


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return held_out(EACH)


@pytest.fixture(scope="module")
def verdicts(clips: list[Clip]) -> dict[str, list[Verdict]]:
    found = agreement(clips)
    print(share_table(found))
    return dict(found)


def shares(verdicts: list[Verdict]) -> dict[str, Share]:
    return {share.question: share for share in share_right(verdicts)}


def test_every_kind_is_known() -> None:
    names = {kind.name for kind in KINDS}
    assert set(STARTS) == names
    assert set(usual_ranges().kinds) == names


def test_held_out_clips_are_judged_right(verdicts: dict[str, list[Verdict]]) -> None:
    found = shares(verdicts["as it is"])
    for question in ("kind", "role", "hand", "partner_hand", "way", "contact", "facing"):
        assert found[question].share >= 0.98, question
    assert found["approach"].share >= 0.95
    assert found["tempo"].share >= 0.95
    assert found["kind"].asked == EACH * len(KINDS)
    assert found["role"].asked > 0.9 * EACH * len(KINDS)
    assert found["hand"].asked >= 0.5 * EACH * len(KINDS)


def test_trembling_motion_is_still_judged_right(verdicts: dict[str, list[Verdict]]) -> None:
    found = shares(verdicts["trembling"])
    for question in ("kind", "role", "hand", "partner_hand", "contact", "facing"):
        assert found[question].share >= 0.95, question


def test_swapped_persons_and_mirrored_motion_are_judged_wrong(verdicts: dict[str, list[Verdict]]) -> None:
    swapped, mirrored = shares(verdicts["swapped"]), shares(verdicts["mirrored"])
    assert swapped["role"].share < 0.1
    assert mirrored["hand"].share < 0.1
    assert mirrored["partner_hand"].share < 0.1
    assert mirrored["way"].share < 0.1
    for name in ("swapped", "mirrored"):
        asked = [verdict for verdict in verdicts[name] if verdict.role is not None and verdict.hand is not None]
        assert sum(bool(verdict.role and verdict.hand) for verdict in asked) < 0.1 * len(asked), name
    pooled = [
        answer for verdict in verdicts["swapped"] for answer in (verdict.role, verdict.hand) if answer is not None
    ]
    assert sum(pooled) < 0.6 * len(pooled)


def test_a_record_may_leave_out_who_touches_whom(clips: list[Clip]) -> None:
    for clip in clips:
        verdict = judge(joints_of(clip.motion), replace(clip.truth, touches=()))
        assert verdict.contact is None
        assert verdict.kind
        assert verdict.role or clip.truth.kind == "circle dance", "where hands are joined at once, nobody starts"


def test_other_clips_records_disagree(verdicts: dict[str, list[Verdict]]) -> None:
    found = shares(verdicts["another clip's"])
    assert found["kind"].share < 0.1
    assert found["role"].share < 0.65
    assert found["hand"].share < 0.65
    assert found["contact"].share < 0.3


def test_another_clip_of_the_same_kind_is_told_from_its_roles_and_hands(clips: list[Clip]) -> None:
    for clip in clips[: 4 * len(KINDS)]:
        truth = clip.truth
        told = replace(truth, starter=1 - truth.starter, hands=truth.hands[::-1])
        verdict = judge(joints_of(clip.motion), told)
        assert verdict.kind
        assert verdict.role in (False, None), truth.kind


@pytest.mark.parametrize("size", [0.85, 1.2])
def test_neither_place_nor_direction_nor_body_size_counts(clips: list[Clip], size: float) -> None:
    for clip in clips[:36]:
        turned = rotate_about_y(joints_of(clip.motion), torch.tensor(2.0)) * size + torch.tensor([3.0, 0.0, -5.0])
        verdict = judge(turned, clip.truth)
        assert verdict.kind, clip.truth.kind
        assert verdict.role is not False, clip.truth.kind
        assert verdict.hand is not False, clip.truth.kind
        assert verdict.contact is not False, clip.truth.kind


def test_hands_that_stay_apart_make_no_contact() -> None:
    clip = generate(0, 7, kind="handshake", split=TRAIN)
    assert judge(joints_of(clip.motion), clip.truth).contact
    away = joints_of(clip.motion).clone()
    way = away[1, :, 0] - away[0, :, 0]
    away[1] += 0.5 * torch.nn.functional.normalize(way * torch.tensor([1.0, 0.0, 1.0]), dim=-1)[:, None]
    assert judge(away, clip.truth).contact is False


def test_people_who_stand_still_do_nothing(clips: list[Clip]) -> None:
    for clip in clips[:18]:
        assert recognise(joints_of(clip.motion)[:, :1].expand(-1, 90, -1, -1)) == UNKNOWN


def test_questions_that_do_not_apply_are_not_asked() -> None:
    bow = generate(3, 7, kind="bow")
    verdict = judge(joints_of(bow.motion), bow.truth)
    assert (verdict.hand, verdict.partner_hand, verdict.way, verdict.contact) == (None, None, None, None)
    assert judge(joints_of(bow.motion), replace(bow.truth, tempo="normal")).tempo is None
    dances = [generate(k, 7, kind="circle dance") for k in range(12)]
    joined = [clip for clip in dances if min(touch.start for touch in clip.truth.touches) == 0]
    assert joined
    assert all(judge(joints_of(clip.motion), clip.truth).role is None for clip in joined)


def test_shares_have_wilson_intervals() -> None:
    share = Share("role", 8, 10)
    low, high = share.interval
    assert share.share == 0.8
    assert (low, high) == (pytest.approx(0.4902, abs=1e-3), pytest.approx(0.9433, abs=1e-3))
    assert Share("way", 0, 0).interval == (0.0, 1.0)


def test_what_cannot_be_judged_is_refused(clips: list[Clip]) -> None:
    joints = joints_of(clips[0].motion)
    with pytest.raises(InputError, match="two persons"):
        recognise(joints[:1])
    with pytest.raises(InputError, match="too short"):
        recognise(joints[:, :5])
    with pytest.raises(InputError, match="NaN"):
        recognise(joints * float("nan"))


def test_angles_of_a_known_pose() -> None:
    joints = tpose_offsets(torch.tensor(BONE_LENGTHS).double())
    pose = forward_kinematics(torch.eye(3).double().expand(21, 3, 3), torch.eye(3).double(), joints[0], joints)
    angles = joint_angles(pose.numpy())
    for name in (
        "knee bent",
        "hip forward",
        "hip outward",
        "ankle up",
        "trunk forward",
        "trunk turned",
        "head forward",
    ):
        assert abs(angles[name]).max() < 15, name
    bent = pose.clone()
    shin = bent[INDEX["left_ankle"]] - bent[INDEX["left_knee"]]
    for name in ("left_ankle", "left_foot"):
        bent[INDEX[name]] += shin.norm() * torch.tensor([0.0, 1.0, -1.0]).double()
    assert joint_angles(bent.numpy())["knee bent"][0] == pytest.approx(90, abs=10)


def test_generated_joints_are_inside_human_ranges(clips: list[Clip]) -> None:
    for found in reached(joints_of(clip.motion).double().numpy() for clip in clips):
        assert found.outside < 0.001, found


def test_data_sets_are_shown_side_by_side(clips: list[Clip]) -> None:
    sets = [
        DataSet(name, tuple(joints_of(c.motion).double().numpy() for c in clips[k::2])) for k, name in enumerate("ab")
    ]
    table = dynamics_table(sets) + anatomy_table(sets)
    for word in ("speed, m/s", "acceleration, m/s^2", "  hands b", "knee bent"):
        assert word in table
    still = DataSet("still", (torch.zeros(2, 30, 22, 3).numpy(),))
    assert still.differences(2, ("pelvis",)).max() == 0


def test_a_model_is_judged_by_the_clips_that_it_is_prompted_for(cli: Cli, tmp_path: Path) -> None:
    data, run, out = tmp_path / "data", tmp_path / "run", tmp_path / "out"
    write_dataset(data, 40, seed=5, kinds=["bow", "wave", "push", "approach"])
    build_cache(data)
    assert (
        cli("train", f"data_dir={data}", f"out={run}", *TINY, "+trainer.max_steps=2", "callbacks.texts=null").code == 0
    )
    given = [f"run={run}", f"data_dir={data}", f"out={out}", "clips=6", "sampler=ddim", "sampler.steps=2"]
    finished = cli("judge", *given)
    assert finished.code == 0, finished.err
    assert "the judge sees the kind that was asked for in 0 of 6 samples" in finished.out
    figures = json.loads((out / "judge.json").read_text())
    assert len({answer["asked"] for answer in figures["samples"]}) == 4, "kinds take turns"
    by_name = {name: {share["question"]: share for share in shares} for name, shares in figures["shares"].items()}
    assert (by_name["data"]["kind"]["right"], by_name["data"]["kind"]["asked"]) == (6, 6)
    assert by_name["data"]["role"]["right"] == 6
    assert (
        0 < by_name["chance: data of any clip"]["kind"]["right"] < by_name["chance: data of any clip"]["kind"]["asked"]
    )
    assert len(list(out.glob("*.html"))) == len(list(out.glob("*.npz"))) == 6
    assert "asked: " in (out / "000.html").read_text()


def test_the_judge_needs_truth(cli: Cli, run_folder: Path, dataset: Path, tmp_path: Path) -> None:
    finished = cli("judge", f"run={run_folder}", f"data_dir={dataset}", f"out={tmp_path / 'out'}")
    assert finished.code == 1
    assert "clip5.json is missing: only generated data sets have truth records" in finished.err


def test_the_weights_that_come_along_do_what_plain_sentences_say() -> None:
    asked = {
        "wave": ("One person waves the left hand and the other waves back.", "A person waves the left hand."),
        "hug": ("Two people hug.", "A person steps forward and hugs."),
        "kick and block": (
            "A person kicks with the right leg and the other blocks.",
            "A person kicks with the right leg.",
        ),
        "chase": ("One person runs away and the other chases after.", "A person runs away."),
    }
    prompts = [Prompt(both, own, seconds=4.0) for both, own in asked.values()]
    motions = Generator.from_pretrained(BUNDLED)(prompts)
    seen = [recognise(torch.from_numpy(motion.joints)) for motion in motions]
    assert sum(kind == found for kind, found in zip(asked, seen, strict=True)) >= 3, seen
