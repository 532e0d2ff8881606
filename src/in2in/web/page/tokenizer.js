// BERT's word pieces: what the text encoder's own tokenizer makes of a text, id for id.

const SPECIAL = /(\[(?:PAD|UNK|CLS|SEP|MASK)\])/;
const CJK = /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const PUNCTUATION = /([\p{P}$+<=>^`|~])/u;
const LONGEST_WORD = 100;

export class Tokenizer {
  /** words: the vocabulary in the order of its ids; longest: ids of a text at most, start and end included. */
  constructor(words, longest) {
    this.ids = new Map(words.map((word, id) => [word, id]));
    this.longest = longest;
  }

  /** Ids of a text, with those of its start and end. */
  encode(text) {
    const ids = text.split(SPECIAL).flatMap((part, k) => (k % 2 ? [this.ids.get(part)] : this.plain(part)));
    return [this.ids.get("[CLS]"), ...ids.slice(0, this.longest - 2), this.ids.get("[SEP]")];
  }

  plain(text) {
    const seen = text
      .replace(/[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/gu, "")
      .replace(/\p{White_Space}/gu, " ")
      .replace(CJK, " $& ")
      .normalize("NFD")
      .replace(/\p{Mn}/gu, "");
    const lower = Array.from(seen, (letter) => letter.toLowerCase()).join("");
    const words = lower.split(" ").flatMap((word) => word.split(PUNCTUATION)).filter(Boolean);
    return words.flatMap((word) => this.pieces(Array.from(word)));
  }

  /** The longest pieces that are known, from the left; the unknown word where that fails. */
  pieces(letters) {
    const found = [];
    for (let start = 0; start < letters.length; ) {
      let end = letters.length > LONGEST_WORD ? start : letters.length;
      const piece = () => (start ? "##" : "") + letters.slice(start, end).join("");
      while (end > start && !this.ids.has(piece())) end--;
      if (end === start) return [this.ids.get("[UNK]")];
      found.push(this.ids.get(piece()));
      start = end;
    }
    return found;
  }
}
