"""Score files of posts: streaming, in order, in constant memory, on all cores or on a cluster.

Rows are read in chunks, assessed by workers that map the model into memory for themselves, and written in the
order in which they came. What was written is kept beside the output until all of it is there, so that a run that
was cut off goes on where it stopped and ends in the same bytes.
"""

from __future__ import annotations

from riskcheck.batch.parts import score_folder
from riskcheck.batch.run import score_file
from riskcheck.batch.settings import CHUNK, Settings, Summary
from riskcheck.batch.work import calm

__all__ = ["CHUNK", "Settings", "Summary", "calm", "score_file", "score_folder"]
