"""How much is too much. The figures are in conf/check/check.yaml, the reasons here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """From where on a clip is suspicious.

    Attributes:
        shortest: frames; preparation leaves shorter clips out.
        still: metres that the fastest joint of a frozen person moves in a frame at most. A living person who stands
            still sways by millimetres, and capture adds its noise.
        frozen: seconds for which a person is that still.
        body_jump: metres that the pelvis moves in a frame more than in the frames around it. 0.15 m is a change of
            speed by 4.5 m/s in 1/30 s: 14 g on the whole body.
        joint_jump: the same for any joint. A fist or a foot that is stopped changes its speed by some 8 m/s.
        far: metres between the pelvises where they are nearest. People who wave at each other stand 2 to 4 m apart.
        inside: metres that a bone's capsule of one person lies in the other's trunk or head. Where two trunks of
            11 cm radius touch it is 0, where they are in the same place 0.22. An embrace presses by a few centimetres.
        inside_seconds: for how long in a row at least.
        float_height, float_seconds: how high above the floor a person's lowest joint stays, and for how long in a row.
            A jump takes at most 0.8 s.
        sink_depth, sink_seconds: how deep below the floor a person's lowest joint is, and for how long in a row.
        tokens: that the text encoder reads, its start and end included.
    """

    shortest: int
    still: float
    frozen: float
    body_jump: float
    joint_jump: float
    far: float
    inside: float
    inside_seconds: float
    float_height: float
    float_seconds: float
    sink_depth: float
    sink_seconds: float
    tokens: int
