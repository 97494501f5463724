"""The reference list of a report: what its text cites, in order, as a list and as BibTeX."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

WILSON = "Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953"
CLOPPER = "Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. doi:10.1093/biomet/26.4.404"
RUBIN = (
    "Rubin DB. Multiple Imputation for Nonresponse in Surveys. Wiley 1987. "
    "doi:10.1002/9780470316696"
)
CHAINED = (
    "van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3):1-67. doi:10.18637/jss.v045.i03"
)
BALANCE = "Austin PC. Stat Med 2009;28:3083-3107. doi:10.1002/sim.3697"
MULTIVERSE = "Steegen S et al. Perspect Psychol Sci 2016;11:702-712. doi:10.1177/1745691616658637"
GRIM = (
    "Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363-369. doi:10.1177/1948550616673876"
)
HODGES = "Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611. doi:10.1214/aoms/1177704172"
WILCOXON = "Wilcoxon F. Biometrics Bulletin 1945;1:80-83. doi:10.2307/3001968"
PRATT = "Pratt JW. J Am Stat Assoc 1959;54:655-667. doi:10.1080/01621459.1959.10501526"
RANK_BISERIAL = "Kerby DS. Compr Psychol 2014;3:1. doi:10.2466/11.IT.3.1"
DETECTION = "Hornung RW, Reed LD. Appl Occup Environ Hyg 1990;5:46-51"
NEWCOMBE = "Newcombe RG. Stat Med 1998;17:2635-2650"
MCNEMAR = "McNemar Q. Psychometrika 1947;12:153-157. doi:10.1007/BF02295996"
STUART = "Stuart A. Biometrika 1955;42:412-416. doi:10.1093/biomet/42.3-4.412"
MAXWELL = "Maxwell AE. Br J Psychiatry 1970;116:651-655. doi:10.1192/bjp.116.535.651"
BOWKER = "Bowker AH. J Am Stat Assoc 1948;43:572-574. doi:10.1080/01621459.1948.10483284"
HOLM = "Holm S. Scand J Stat 1979;6:65-70"
BENJAMINI = (
    "Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300. "
    "doi:10.1111/j.2517-6161.1995.tb02031.x"
)
FIRTH = "Firth D. Biometrika 1993;80:27-38. doi:10.1093/biomet/80.1.27"
HEINZE = "Heinze G, Schemper M. Stat Med 2002;21:2409-2419. doi:10.1002/sim.1047"
EVENTS = "Vittinghoff E, McCulloch CE. Am J Epidemiol 2007;165:710-718. doi:10.1093/aje/kwk052"
SHRINKAGE = "Van Houwelingen JC, Le Cessie S. Stat Med 1990;9:1303-1325. doi:10.1002/sim.4780091109"
OPTIMISM = "Harrell FE et al. Stat Med 1996;15:361-387"
GARWOOD = "Garwood F. Biometrika 1936;28:437-442. doi:10.1093/biomet/28.3-4.437"
STROBE = "von Elm E et al. Lancet 2007;370:1453-1457. doi:10.1016/S0140-6736(07)61602-X"

# "Authors. Journal 1987;317:1625-1629. doi:..."; volume, pages and doi are not always there.
_PAPER = re.compile(
    r"(?P<author>[^.]+)[.] (?:\((?P<group>[^)]+)\) )?(?P<journal>[A-Z][A-Za-z ]+?) "
    r"(?P<year>\d{4})(?:;(?P<volume>[\d()]+):(?P<pages>[\w-]+))?(?:\. doi:(?P<doi>\S+))?"
)
_NOTE = "% Titles are not kept in the catalogue; a reference manager fills them in from the doi."


@dataclass
class References:
    """What was cited so far, each paper once, in the order of the text."""

    found: list[str] = field(default_factory=list)

    def cite(self, *citations: str) -> str:
        """Return what stands in the text for citations; what is no paper is told in words.

        Examples
        --------
        >>> references = References()
        >>> references.cite(HOLM, WILSON), references.cite("Convention; no primary source")
        ('[1, 2]', '(convention; no primary source)')
        >>> references.cite(WILSON)
        '[2]'
        """
        places, said = [], []
        for one in (part for text in citations for part in papers(text)):
            if not re.search(r"\d", one):
                said.append(f"({one[0].lower()}{one[1:]})")
                continue
            if one not in self.found:
                self.found.append(one)
            places.append(self.found.index(one) + 1)
        numbers = f"[{', '.join(map(str, dict.fromkeys(places)))}]" if places else ""
        return " ".join(filter(None, [numbers, *said]))

    def bibtex(self) -> str:
        """Return all that was cited as BibTeX, under keys of first author and year."""
        return "\n\n".join([_NOTE, *_entries(self.found)]) + "\n"


def papers(citation: str) -> list[str]:
    """Take apart a citation that names several papers.

    >>> papers("Guyatt G et al. Gut 1989;96:804-810; Irvine EJ et al. Gut 1994;106:287-296")
    ['Guyatt G et al. Gut 1989;96:804-810', 'Irvine EJ et al. Gut 1994;106:287-296']
    """
    return re.split(r"; (?=[A-Z][\w'-]+ [A-Z]{1,3}\b)", citation)


def doi(citation: str) -> str:
    """Return the doi that a citation has; blank where it has none.

    >>> doi(WILSON), doi(HOLM)
    ('10.1080/01621459.1927.10502953', '')
    """
    found = re.search(r"doi:(10\.\S+[^\s.,;])", citation)
    return found[1] if found else ""


def _entries(citations: list[str]) -> Iterator[str]:
    keys: dict[str, int] = {}
    for citation in citations:
        paper = _PAPER.fullmatch(citation)
        year = re.search(r"\b(?:19|20)\d\d\b", citation)
        first = unicodedata.normalize("NFKD", re.split(r"[ ,.]", citation)[0])
        key = re.sub(r"\W", "", first).lower() + (year[0] if year else "")
        keys[key] = keys.get(key, 0) + 1
        key += chr(ord("`") + keys[key]) if keys[key] > 1 else ""
        if paper:
            fields = {name: value or "" for name, value in paper.groupdict().items()}
            fields["author"] = _authors(fields["author"])
            if group := fields.pop("group"):
                fields["note"] = group
            kind = "article"
        else:
            fields = {"note": citation, "year": year[0] if year else "", "doi": doi(citation)}
            kind = "misc"
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        yield "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _authors(text: str) -> str:
    """Write authors as BibTeX has them: "Best, WR and Kern, F and others"."""
    names = re.split(r", ", re.sub(r",? et al$", "", text))
    written = [re.sub(r"^(.*) ([A-Z]+)$", r"\1, \2", name) for name in names]
    return " and ".join([*written, *(["others"] if text.endswith("et al") else [])])
