"""The papers that the catalogue cites, each once."""

ALLOCCA_2018 = "Allocca M et al. J Crohns Colitis 2018;12:1385-1391. doi:10.1093/ecco-jcc/jjy107"
ALLOCCA_2022 = (
    "Allocca M et al. Clin Gastroenterol Hepatol 2022;20:e723-e740. doi:10.1016/j.cgh.2021.04.029"
)
ALLOCCA_2022_CUT = "Allocca M et al. 2022. doi:10.1002/ueg2.12206"
BEST_1976 = (
    "Best WR, Becktel JM, Singleton JW, Kern F. Gastroenterology 1976;70:439-444. "
    "doi:10.1016/S0016-5085(76)80163-1"
)
CONVENTION = "Convention of the trials; no primary source"
DANESE_2022 = "Danese S et al. Lancet 2022;399:2113-2128. doi:10.1016/S0140-6736(22)00581-5"
DAPERNO_2004 = (
    "Daperno M et al. Gastrointest Endosc 2004;60:505-512. doi:10.1016/S0016-5107(04)01878-4"
)
ECCO_P112 = "Jauregui-Amezaga A et al. ECCO congress 2016, abstract P112"
ECCO_P786 = "Panes J et al. ECCO congress, abstract P786 (U-EXCEL and U-EXCEED)"
GEBOES_2000 = "Geboes K et al. Gut 2000;47:404-409. doi:10.1136/gut.47.3.404"
GETAID_CUTS = "Thresholds of the GETAID; from a secondary text, no primary source checked"
GUIDELINES = "Criteria as guidelines of ulcerative colitis tabulate them"
GUYATT_1989 = (
    "Guyatt G et al. Gastroenterology 1989;96:804-810; Irvine EJ et al. Gastroenterology "
    "1994;106:287-296"
)
HARVEY_1980 = "Harvey RF, Bradshaw JM. Lancet 1980;315:514. doi:10.1016/S0140-6736(80)92767-1"
HIGGINS_2005 = "Higgins PDR et al. Gut 2005. doi:10.1136/gut.2004.056358"
HLAVATY_2006 = "Hlavaty T et al. Inflamm Bowel Dis 2006;12:199-204"
HYAMS_1991 = "Hyams JS, Ferry GD, Mandel FS, et al. J Pediatr Gastroenterol Nutr 1991;12:439-447"
HYAMS_2005 = "Hyams J et al. J Pediatr Gastroenterol Nutr 2005;41:416-421"
IG_IBD_KEYS = "IG-IBD Scores, CDAI worksheet (Keys-type formula). igibdscores.it/en/info-cdai"
IRVINE_1995 = "Irvine EJ, McMaster IBD Study Group. J Clin Gastroenterol 1995;20:27-32"
IRVINE_1996 = "Irvine EJ et al. Am J Gastroenterol 1996;91:1571-1578"
JAUREGUI_2017 = "Jauregui-Amezaga A et al. J Crohns Colitis 2017;11:305-313"
JOWETT_2003 = (
    "Jowett SL et al. Scand J Gastroenterol 2003;38:164-171. doi:10.1080/00365520310000654"
)
KHANNA_2015 = "Khanna R et al. Aliment Pharmacol Ther 2015;41:77-86. doi:10.1111/apt.13001"
LEVINE_2011 = "Levine A et al. Inflamm Bowel Dis 2011;17:1314-1321. doi:10.1002/ibd.21493"
LEWIS_2008 = "Lewis JD et al. Inflamm Bowel Dis 2008;14:1660-1666"
LI_2019 = "Li K et al. J Crohns Colitis 2019;13:1025-1035"
LICHTIGER_1994 = "Lichtiger S et al. N Engl J Med 1994;330:1841-1845"
LOFTUS_2023 = "Loftus EV et al. N Engl J Med 2023;388:1966-1980. doi:10.1056/NEJMoa2212728"
MAGRO_2020 = "Magro F et al. J Crohns Colitis 2020. doi:10.1093/ecco-jcc/jjz123"
MAGRO_2020_ECCO = "Magro F et al. (ECCO) J Crohns Colitis 2020 (rule not checked against the text)"
MARCHAL_2017 = "Marchal-Bressenot A et al. Gut 2017;66:43-49. doi:10.1136/gutjnl-2015-310187"
MARY_1989 = "Mary JY, Modigliani R (GETAID). Gut 1989;30:983-989. doi:10.1136/gut.30.7.983"
MOSKOVITZ_2007 = "Moskovitz DN et al. 2007 (abstract); an expert-chosen cut, not validated"
MOSLI_2017 = "Mosli MH et al. Gut 2017;66:50-58. doi:10.1136/gutjnl-2015-310393"
NOVAK_2021 = (
    "Novak KL, Nylund K, Maaser C, et al. J Crohns Colitis 2021;15:609-616. "
    "doi:10.1093/ecco-jcc/jjaa216"
)
OLLECH_2019 = "Ollech JE et al. Gastrointest Endosc 2019;90:269-275. doi:10.1016/j.gie.2019.01.029"
ORDAS_2019 = "Ordas I et al. Gastroenterology 2019;157:432-439. doi:10.1053/j.gastro.2019.03.051"
PANES_2016 = "Panes J et al. (ADMIRE) Lancet 2016;388:1281-1290. doi:10.1016/S0140-6736(16)31203-X"
PMC9923295 = "Protocol in PMC9923295, table 1"
PRESENT_1999 = "Present DH et al. N Engl J Med 1999;340:1398-1405. doi:10.1056/NEJM199905063401804"
RIMOLA_2009 = "Rimola J et al. Gut 2009;58:1113-1120. doi:10.1136/gut.2008.167957"
RIMOLA_2011 = "Rimola J et al. Inflamm Bowel Dis 2011;17:1759-1768"
RUTGEERTS_1990 = (
    "Rutgeerts P, Geboes K, Vantrappen G, et al. Gastroenterology 1990;99:956-963. "
    "doi:10.1016/0016-5085(90)90613-6"
)
RUTGEERTS_2005 = "Rutgeerts P et al. N Engl J Med 2005;353:2462-2476. doi:10.1056/NEJMoa050516"
SAMAAN_2017 = "Samaan MA et al. Aliment Pharmacol Ther 2017;46:516-528"
SANDBORN_2002 = "Sandborn WJ et al. Gastroenterology 2002;122:512-530. doi:10.1053/gast.2002.31072"
SATSANGI_2006 = "Satsangi J et al. Gut 2006;55:749-753. doi:10.1136/gut.2005.082909"
SCHROEDER_1987 = (
    "Schroeder KW, Tremaine WJ, Ilstrup DM. N Engl J Med 1987;317:1625-1629. "
    "doi:10.1056/NEJM198712243172603"
)
SHEPANSKI_2004 = "Shepanski MA et al. J Pediatr Gastroenterol Nutr 2004;39:68-72"
THIA_2008 = "Thia KT et al. Am J Gastroenterol 2008. doi:10.1111/j.1572-0241.2008.02176.x"
THIA_2011 = "Thia K et al. Inflamm Bowel Dis 2011. doi:10.1002/ibd.21400"
TRAVIS_2012 = "Travis SPL et al. Gut 2012;61:535-542. doi:10.1136/gutjnl-2011-300486"
TRUELOVE_1955 = "Truelove SC, Witts LJ. Br Med J 1955;2:1041-1048. doi:10.1136/bmj.2.4947.1041"
TURNER_2007 = (
    "Turner D, Otley AR, Mack D, et al. Gastroenterology 2007;133:423-432. "
    "doi:10.1053/j.gastro.2007.05.029"
)
TURNER_2012 = (
    "Turner D, Griffiths AM, Walters TD, et al. Inflamm Bowel Dis 2012;18:55-62. "
    "doi:10.1002/ibd.21649"
)
TURNER_2021 = (
    "Turner D et al. (STRIDE-II) Gastroenterology 2021;160:1570-1583. "
    "doi:10.1053/j.gastro.2020.12.031"
)
VAN_ASSCHE_2003 = "Van Assche G et al. Am J Gastroenterol 2003;98:332-339"
VERMEIRE_2010 = (
    "Vermeire S et al. Clin Gastroenterol Hepatol 2010;8:357-363. doi:10.1016/j.cgh.2010.01.001"
)
VUITTON_2016 = "Vuitton L et al. (IOIBD) Gut 2016;65:1447-1455. doi:10.1136/gutjnl-2015-309903"
WALMSLEY_1998 = (
    "Walmsley RS, Ayres RCS, Pounder RE, Allan RN. Gut 1998;43:29-32. doi:10.1136/gut.43.1.29"
)
