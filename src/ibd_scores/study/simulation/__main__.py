"""Write the files of the simulated cohort: python -m ibd_scores.study.simulation [folder]."""

import sys
from pathlib import Path

from ibd_scores.study.simulation import main

main(*map(Path, sys.argv[1:2]))
