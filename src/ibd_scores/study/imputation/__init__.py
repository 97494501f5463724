"""Multiple imputation of components: what the endpoints read is imputed, never the endpoint.

The estimand ``nri_mi``: who stopped, or had another intercurrent event, is a failure and is not
imputed; what others lack is imputed `m` times (`impute`), the endpoints are derived from each
completed table by the functions that derive them from the observed one, and the rates are combined
by Rubin's rules on the logit scale (`pooled`). Where too few have a result `refusal` says so.

Chained predictive mean matching, with examinations as donors. Columns come in blocks: all that one
examination, or one sample, gave. The lead of a block is regressed on the covariates and on the
leads of the others; for who lacks it the nearest predictions among those who have it are found, one
of them is drawn, and *all* columns that are missing are copied from this one donor: so each
endpoint reads an examination that somebody had. The parameters are drawn from their posterior for
those who lack the lead and estimated for the donors, who are a bootstrap sample of all; of donors
equally near any may be drawn.

Of an endoscopy the cells are copied, not the sums: what compares two visits is computed anew, so
that the SES-CD of matched segments, and which diseased segments were not seen again, are those of
the recipient's own baseline. Donors explored all five segments (unless these are fewer than
`LEAST`): the ileum that a donor's endoscope did not reach would turn a success of the recipient
into a result that is not evaluable, but never a failure. A segment not reached in an endoscopy that
did take place is not imputed: it may have been resected, and the endpoints say what follows.

Why not ``statsmodels.imputation.mice``: `MICEData` fills each column from a donor of its own, so
that no examination stays whole; it cannot fill text, such as a censor mark; before 0.15 it draws
from NumPy's global random state; and 50 imputations, five rounds each, of eleven columns of 75
patients took it 30 seconds where all blocks of the cohort take less than a tenth of one here.

References
----------
Rubin DB. Multiple imputation for nonresponse in surveys. Wiley 1987. doi:10.1002/9780470316696
Little RJA. J Bus Econ Stat 1988;6:287-296. doi:10.1080/07350015.1988.10509663
Rubin DB, Schenker N. J Am Stat Assoc 1986;81:366-374. doi:10.1080/01621459.1986.10478280
van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3):1-67. doi:10.18637/jss.v045.i03
"""

from ibd_scores.study.imputation.blocks import BLOCKS, COVARIATES, LEAST, Block
from ibd_scores.study.imputation.chained import impute, predictors
from ibd_scores.study.imputation.cohort import completed_pairs, fewer, kept
from ibd_scores.study.imputation.pooling import Pooled, pooled, refusal

__all__ = [
    "BLOCKS",
    "COVARIATES",
    "LEAST",
    "Block",
    "Pooled",
    "completed_pairs",
    "fewer",
    "impute",
    "kept",
    "pooled",
    "predictors",
    "refusal",
]
