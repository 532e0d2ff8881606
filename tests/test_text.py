"""Text encoders and the mirror of texts."""

import json
from pathlib import Path

import pytest
import torch
from killing import files_end_at
from transformers import AutoModel, AutoTokenizer, CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from in2in.errors import InputError
from in2in.models.condition import TextConditioner, TextHead
from in2in.text.clip_folder import find_vocabulary, read_merges, write_tokenizer
from in2in.text.encoders import ClipTextEncoder, MiniLMEncoder
from in2in.text.mirror import mirror_text
from in2in.text.tokens import ClipTokens, TokenCount


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("raises the left hand", "raises the right hand"),
        ("Left foot first, then RIGHT.", "Right foot first, then LEFT."),
        ("stands upright, copyright, leftover", "stands upright, copyright, leftover"),
        ("turns clockwise", "turns counterclockwise"),
        ("turns counterclockwise", "turns clockwise"),
        ("turns counter-clockwise", "turns clockwise"),
        ("leans leftwards, right-handed", "leans rightwards, left-handed"),
    ],
)
def test_mirrored_text(text: str, mirrored: str) -> None:
    assert mirror_text(text) == mirrored


@pytest.fixture(scope="module")
def minilm() -> MiniLMEncoder:
    return MiniLMEncoder()


TEXTS = ["two people hug", "one pushes; the other {falls} — 倒れる!", "wave"]


def test_minilm_states_do_not_depend_on_the_batch(minilm: MiniLMEncoder) -> None:
    together, mask, end = minilm(TEXTS)
    for row, text in enumerate(TEXTS):
        states, _, last = MiniLMEncoder()([text])
        torch.testing.assert_close(together[row][mask[row]], states[0], atol=1e-5, rtol=0)
        assert end[row] == last[0] == mask[row].sum() - 1


def test_minilm_tells_texts_apart_as_its_published_sentence_embedding_does(minilm: MiniLMEncoder) -> None:
    states, mask, _ = minilm(["a man shakes hands", "a person shakes the hand of another", "the stock market fell"])
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    near, far = torch.cosine_similarity(mean[0], mean[1:], dim=-1)
    assert near > 0.5 > 0.2 > far


def test_each_text_is_computed_once(minilm: MiniLMEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    compute = minilm.encode
    monkeypatch.setattr(minilm, "encode", lambda texts: asked.extend(texts) or compute(texts))
    for _ in range(3):
        minilm(["step one", "step two", "step one"])
    assert asked == ["step one", "step two"]


def test_wrong_width_is_an_error() -> None:
    with pytest.raises(InputError, match="set text.dim=384"):
        MiniLMEncoder(dim=768)


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP text model with a byte-pair vocabulary of letters, as a local folder."""
    folder = tmp_path_factory.mktemp("clip")
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["!", *letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: place for place, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    config = {"model_max_length": 77, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer", **config}))
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2}
    network = CLIPTextConfig(vocab_size=len(tokens), bos_token_id=53, eos_token_id=54, pad_token_id=54, **size)
    CLIPTextModel(network).save_pretrained(folder)
    return folder


def test_clip_attends_to_77_tokens_padded_with_zeros(clip_folder: Path) -> None:
    encoder = ClipTextEncoder(str(clip_folder), dim=16)
    states, mask, end = encoder(["ab", "a " * 200])
    assert states.shape == (2, 77, 16)
    assert mask.all()
    assert end.tolist() == [3, 76]  # start, a, b, end; a longer text is cut, its end token kept
    ids = [53, 1, 28, 54] + [0] * 73  # start, "a", "b</w>", end, zeros
    network = AutoModel.from_pretrained(clip_folder)
    with torch.no_grad():
        expected = network(input_ids=torch.tensor([ids])).last_hidden_state[0]
    torch.testing.assert_close(states[0], expected, atol=1e-6, rtol=1e-5)
    assert AutoTokenizer.from_pretrained(clip_folder)("ab")["input_ids"] == ids[:4]


def test_the_vocabulary_needs_no_file_and_reads_as_the_files_of_a_folder(tmp_path: Path) -> None:
    merges = read_merges(find_vocabulary(None), 49408)
    write_tokenizer(tmp_path, merges, 77)
    theirs = CLIPTokenizer.from_pretrained(tmp_path)
    with files_end_at(1000):  # a full disk for temporary files
        ours = ClipTokens()
    texts = [
        "two people hug",
        "",
        "  A  b\tC\n",
        "it's; they'll: don't I'M",
        "<|endoftext|> <|STARTOFTEXT|>x",
        "12a 3½",
    ]
    texts += ["e\u0301té 握手する \U0001f642\u200d \0 \u2028", "naïve ÅNGSTRÖM ﬁ", "x" * 300, "a " * 200]
    for text in texts:
        assert ours([text])[0].tolist() == theirs(text, truncation=True, max_length=77)["input_ids"]
        assert TokenCount()(text) == len(theirs(text)["input_ids"])


def test_clip_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text=minilm"):
        ClipTextEncoder(str(tmp_path / "nowhere"))


def test_an_empty_text_is_the_null_condition(minilm: MiniLMEncoder) -> None:
    conditioner = TextConditioner(minilm, TextHead(384, layers=1, heads=2, feed_forward=16)).eval()
    condition = conditioner(["hug", ""], [("", "wave"), ("wave", "")])
    assert condition.has_interaction.tolist() == [True, False]
    assert (condition.individuals[0, 0] == 0).all()
    assert (condition.individuals[1, 1] == 0).all()
    torch.testing.assert_close(condition.individuals[0, 1], condition.individuals[1, 0])
    alone = conditioner(["hug"], [("", "")])
    torch.testing.assert_close(alone.interaction[0], condition.interaction[0], atol=1e-5, rtol=1e-5)
