"""Defects that InterHuman is known to have as it is published, so that nobody has to find them out again."""

from dataclasses import replace

from in2in.check.finding import Finding, Kind

KNOWN = {
    "3945": (Kind.MISSING, "InterHuman is published without clip 3945"),
    "4106": (Kind.MISSING, "InterHuman is published without clip 4106"),
    "38(1)": (Kind.STRAY, "InterHuman is published with a second copy of the texts of clip 38"),
}
"""For each id: which finding it explains, and how."""


def explained(finding: Finding) -> Finding:
    """The finding, with what is known of it."""
    kind, known = KNOWN.get(finding.clip, (None, ""))
    return replace(finding, known=known) if kind is finding.kind else finding
