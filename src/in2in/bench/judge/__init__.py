"""A judge of two-person motion against a truth record: kind, roles, hands, approach, contact, tempo and facing."""

from in2in.bench.judge.kinds import UNKNOWN
from in2in.bench.judge.verdict import Share, Verdict, judge, recognise, share_right, share_table

__all__ = ["UNKNOWN", "Share", "Verdict", "judge", "recognise", "share_right", "share_table"]
