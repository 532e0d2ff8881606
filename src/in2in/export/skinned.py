"""A body model's skin on a skeleton with the model's own bones, for GLB."""

from in2in.export.armature import Pose, rigid_pose
from in2in.export.body_model import BodyModel
from in2in.export.gltf import Surface
from in2in.motion.rig import Rig


def skinned(rig: Rig, model: BodyModel) -> tuple[Pose, Surface]:
    """A person whose pelvis is where the motion has it, and the skin in its pose at rest."""
    pose = rigid_pose(rig, model.joints.astype(float))
    vertices = model.vertices + (pose.rest[0] - model.joints[0])
    return pose, Surface(vertices, model.normals(), model.triangles, model.holders, model.shares)
