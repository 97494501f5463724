"""The papers that the catalogue cites, each once."""

BEST_1976 = (
    "Best WR, Becktel JM, Singleton JW, Kern F. Gastroenterology 1976;70:439-444. "
    "doi:10.1016/S0016-5085(76)80163-1"
)
CONVENTION = "Convention of the trials; no primary source"
DANESE_2022 = "Danese S et al. Lancet 2022;399:2113-2128. doi:10.1016/S0140-6736(22)00581-5"
DAPERNO_2004 = (
    "Daperno M et al. Gastrointest Endosc 2004;60:505-512. doi:10.1016/S0016-5107(04)01878-4"
)
ECCO_P786 = "ECCO congress, abstract P786 (absence of ulceration in the U-EXCEL programme)"
HARVEY_1980 = "Harvey RF, Bradshaw JM. Lancet 1980;315:514. doi:10.1016/S0140-6736(80)92767-1"
KHANNA_2015 = "Khanna R et al. Aliment Pharmacol Ther 2015;41:77-86. doi:10.1111/apt.13001"
LEWIS_2008 = "Lewis JD et al. Inflamm Bowel Dis 2008;14:1660-1666"
LOFTUS_2023 = "Loftus EV et al. N Engl J Med 2023;388:1966-1980. doi:10.1056/NEJMoa2212728"
MOSKOVITZ_2007 = "Moskovitz DN et al. 2007 (abstract); an expert-chosen cut, not validated"
PMC9923295 = "Protocol in PMC9923295, table 1"
RUTGEERTS_2005 = "Rutgeerts P et al. N Engl J Med 2005. doi:10.1056/NEJMoa050516"
SANDBORN_2002 = "Sandborn WJ et al. Gastroenterology 2002. doi:10.1053/gast.2002.31072"
SATSANGI_2006 = "Satsangi J et al. Gut 2006;55:749-753. doi:10.1136/gut.2005.082909"
SCHROEDER_1987 = (
    "Schroeder KW, Tremaine WJ, Ilstrup DM. N Engl J Med 1987;317:1625-1629. "
    "doi:10.1056/NEJM198712243172603"
)
THIA_2008 = "Thia KT et al. Am J Gastroenterol 2008. doi:10.1111/j.1572-0241.2008.02176.x"
THIA_2011 = "Thia K et al. Inflamm Bowel Dis 2011. doi:10.1002/ibd.21400"
TRAVIS_2012 = "Travis SPL et al. Gut 2012;61:535-542. doi:10.1136/gutjnl-2011-300486"
TURNER_2021 = (
    "Turner D et al. (STRIDE-II) Gastroenterology 2021;160:1570-1583. "
    "doi:10.1053/j.gastro.2020.12.031"
)
VERMEIRE_2010 = "Vermeire S et al. 2010. doi:10.1016/j.cgh.2010.01.001"
VUITTON_2016 = "Vuitton L et al. (IOIBD) Gut 2016;65:1447-1455. doi:10.1136/gutjnl-2015-309903"
