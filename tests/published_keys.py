"""From the parameter names of the published files to ours."""

import re

from torch import Tensor

DENOISER = (
    (r"embed_timestep\.time_embed\.", "embed_time.layers."),
    (r"motion_embed\.", "embed_motion."),
    (r"text_embed\.", "embed_text."),
    (r"sa_block\.norm\.emb_layers\.1\.", "self_norm.modulation."),
    (r"ca_block\.norm\.emb_layers\.1\.", "cross_norm.modulation."),
    (r"ca_block\.xf_norm\.emb_layers\.1\.", "context_norm.modulation."),
    (r"ffn\.norm\.emb_layers\.1\.", "feed_norm.modulation."),
    (r"sa_block\.attention\.", "self_attention."),
    (r"ca_block\.attention\.", "cross_attention."),
    (r"in_proj_", "in_proj."),
    (r"ffn\.linear1\.", "feed_forward.0."),
    (r"ffn\.linear2\.", "feed_forward.3."),
    (r"out\.linear\.", "output."),
)


def denoiser_state(published: dict[str, Tensor], prefix: str, interacts: bool = True) -> dict[str, Tensor]:
    """The denoiser's part of a published state dict under our names."""
    state = {}
    for key, value in published.items():
        unused = key.endswith("sequence_pos_encoder.pe") or (not interacts and ".ca_block." in key)
        if key.startswith(prefix) and not unused:
            name = key.removeprefix(prefix)
            for pattern, ours in DENOISER:
                name = re.sub(pattern, ours, name)
            state[name] = value
    return state
