"""The published files of in2IN, its prior, InterGen and InterCLIP: where every tensor goes, what gives the sizes.

A model's file holds a denoiser, the text head and the CLIP text transformer, which become the parts "denoiser", "head"
and "clip"; the evaluator's holds a motion and a text tower.
"""

from in2in.published.checkpoint import Sizes
from in2in.published.key_map import UNUSED, KeyMap, under

CROSS_ATTENTION = {
    "blocks.#.ca_block.norm.emb_layers.1.*": "blocks.#.cross_norm.modulation.*",
    "blocks.#.ca_block.xf_norm.emb_layers.1.*": "blocks.#.context_norm.modulation.*",
    "blocks.#.ca_block.attention.in_proj_*": "blocks.#.cross_attention.in_proj.*",
    "blocks.#.ca_block.attention.out_proj.*": "blocks.#.cross_attention.out_proj.*",
}

DENOISER = {
    "sequence_pos_encoder.pe": UNUSED,
    "embed_timestep.sequence_pos_encoder.pe": UNUSED,
    "embed_timestep.time_embed.#.*": "embed_time.layers.#.*",
    "motion_embed.*": "embed_motion.*",
    "text_embed.*": "embed_text.*",
    "blocks.#.sa_block.norm.emb_layers.1.*": "blocks.#.self_norm.modulation.*",
    "blocks.#.sa_block.attention.in_proj_*": "blocks.#.self_attention.in_proj.*",
    "blocks.#.sa_block.attention.out_proj.*": "blocks.#.self_attention.out_proj.*",
    **CROSS_ATTENTION,
    "blocks.#.ffn.norm.emb_layers.1.*": "blocks.#.feed_norm.modulation.*",
    "blocks.#.ffn.linear1.*": "blocks.#.feed_forward.0.*",
    "blocks.#.ffn.linear2.*": "blocks.#.feed_forward.3.*",
    "out.linear.*": "output.*",
}

PRIOR = DENOISER | dict.fromkeys(CROSS_ATTENTION, UNUSED)
"""The prior's file still holds the weights of a cross-attention that it never runs."""

ENCODER_LAYER = {
    f"layers.#.{name}*": f"layers.#.{name}*"
    for name in ("self_attn.in_proj_", "self_attn.out_proj.", "linear1.", "linear2.", "norm1.", "norm2.")
}
"""torch's TransformerEncoderLayer, under its own names."""

CLIP = {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "clip_transformer.resblocks.#.ln_1.*": "encoder.layers.#.layer_norm1.*",
    "clip_transformer.resblocks.#.attn.in_proj_*": "encoder.layers.#.self_attn.{q_proj,k_proj,v_proj}.*",
    "clip_transformer.resblocks.#.attn.out_proj.*": "encoder.layers.#.self_attn.out_proj.*",
    "clip_transformer.resblocks.#.ln_2.*": "encoder.layers.#.layer_norm2.*",
    "clip_transformer.resblocks.#.mlp.c_fc.*": "encoder.layers.#.mlp.fc1.*",
    "clip_transformer.resblocks.#.mlp.c_proj.*": "encoder.layers.#.mlp.fc2.*",
    "ln_final.*": "final_layer_norm.*",
}
"""OpenAI's CLIP text transformer to transformers' CLIPTextModel."""


def key_map(source: str, decoder: str, head: str, denoiser: dict[str, str]) -> KeyMap:
    """The map of a published file whose parts carry these names."""
    text_head = {f"clipTransEncoder{head}.{name}": f"encoder.{ours}" for name, ours in ENCODER_LAYER.items()}
    table = under(decoder, "denoiser", denoiser) | under("", "clip", CLIP)
    table |= under("", "head", text_head | {f"clip_ln{head}.*": "norm.*"})
    return KeyMap(source, table, ignored=("decoder.cfg_model.",))


IN2IN = key_map("in2IN", "decoder.net_interaction.", "_interaction", DENOISER)
INDIVIDUAL = key_map("in2IN's single-person prior", "decoder.net_individual.", "_individual", PRIOR)
INTERGEN = key_map("InterGen", "decoder.net.", "", DENOISER)

INTERCLIP = KeyMap(
    "InterCLIP",
    under(
        "motion_encoder.",
        "motion",
        {
            "sequence_pos_encoder.pe": UNUSED,
            "query_token": "query",
            "embed_motion.*": "embed.*",
            **{f"transformer.{name}": f"encoder.{ours}" for name, ours in ENCODER_LAYER.items()},
            "out_ln.*": "norm.*",
            "out.*": "output.*",
        },
    )
    | under(
        "",
        "text",
        {
            "token_embedding.weight": "tokens.weight",
            "positional_embedding": "positions",
            **{f"textTransEncoder.{name}": f"head.encoder.{ours}" for name, ours in ENCODER_LAYER.items()},
            "text_ln.*": "head.norm.*",
            "out.*": "output.*",
        },
    )
    | {"latent_scale": "scale/latent_scale"},
)
"""The evaluator's two towers and the length of its embeddings."""

DENOISER_SIZES = Sizes(
    stack=("layers", "blocks"),
    shapes={
        "features": ("embed_motion.weight", 1),
        "text_dim": ("embed_text.weight", 1),
        "width": ("embed_motion.weight", 0),
        "feed_forward": ("blocks.0.feed_forward.0.weight", 0),
    },
)

HEAD_SIZES = Sizes(
    stack=("layers", "encoder.layers"),
    shapes={"width": ("norm.weight", 0), "feed_forward": ("encoder.layers.0.linear1.weight", 0)},
)

CLIP_SIZES = Sizes(
    stack=("num_hidden_layers", "encoder.layers"),
    shapes={
        "vocab_size": ("embeddings.token_embedding.weight", 0),
        "max_position_embeddings": ("embeddings.position_embedding.weight", 0),
        "hidden_size": ("embeddings.token_embedding.weight", 1),
        "intermediate_size": ("encoder.layers.0.mlp.fc1.weight", 0),
    },
)

MOTION_TOWER_SIZES = Sizes(
    stack=("layers", "encoder.layers"),
    shapes={
        "embedding": ("output.weight", 0),
        "width": ("output.weight", 1),
        "feed_forward": ("encoder.layers.0.linear1.weight", 0),
    },
)

TEXT_TOWER_SIZES = Sizes(
    stack=("layers", "head.encoder.layers"),
    shapes={
        "embedding": ("output.weight", 0),
        "vocabulary": ("tokens.weight", 0),
        "context": ("positions", 0),
        "width": ("tokens.weight", 1),
        "feed_forward": ("head.encoder.layers.0.linear1.weight", 0),
    },
)
