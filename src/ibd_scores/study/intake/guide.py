"""What the entry form tells those who fill it in, Chinese and English side by side."""

CODEBOOK = ("表 table", "列名 column", "中文 Chinese", "英文 English", "允许值 permitted",
            "单位 unit", "必填 required", "编码 codes", "用于 read by")  # fmt: skip

INSTRUCTIONS = (
    ("炎症性肠病队列录入表", "Entry form of an IBD cohort"),
    (
        "每张工作表是一个表。第1行为中文名称，第2行为英文名称及单位，第3行为程序读取的列名。"
        "请从第4行开始填写。",
        "Each sheet is one table. Row 1 is the Chinese label, row 2 the English label with the "
        "unit, row 3 the name that the program reads. The data begin in row 4.",
    ),
    (
        "请勿改动第3行；不用的列可以删除。请勿合并单元格。",
        "Leave row 3 as it is; a column that you do not use may be deleted. Merge no cells.",
    ),
    (
        "黄色列必填：缺少时该行不能使用。",
        "The yellow columns are required: a row that lacks one cannot be used.",
    ),
    (
        "未查、未做、不详：请留空。切勿用 0 代替缺失；0 表示“无”或“否”。",
        "Not done or not known: leave the cell blank. Never type 0 for what is missing; "
        "0 means none, or no.",
    ),
    (
        "编码从下拉列表中选择；选中单元格时会显示每个编码的含义，codebook 表列出全部编码。",
        "Choose codes from the drop-down. The note beside the cell says what each code means, and "
        "the sheet codebook lists them all.",
    ),
    (
        "日期写作 2024-03-09。",
        "Write days as 2024-03-09.",
    ),
    (
        "单位按第2行：CRP 为 mg/L，粪便钙卫蛋白为 µg/g，"
        "血红蛋白和白蛋白为 g/dL（1 g/dL = 10 g/L），"
        "红细胞压积为 %，身高为 m。",
        "Use the units of row 2: CRP in mg/L, calprotectin in µg/g, hemoglobin and albumin in g/dL "
        "(1 g/dL = 10 g/L), hematocrit in %, height in m.",
    ),
    (
        "CRP 和粪便钙卫蛋白低于或高于检测限时，写作 <0.5 或 >1800。",
        "CRP and calprotectin beyond the detection limit are written <0.5 or >1800.",
    ),
    (
        "患者编号请用研究编号，各表保持一致。请勿填写姓名、电话、身份证号、住址。",
        "Use a study number as patient ID, the same in every sheet. Enter no names, phone "
        "numbers, identity-card numbers or addresses.",
    ),
    (
        "访视：baseline = 基线（治疗前），week12 = 第12周。",
        "Visits: baseline is before treatment, week12 is week 12.",
    ),
    (
        "内镜未到达的肠段四格均留空；到达而正常填 0。",
        "Leave the four cells of a segment blank if it was not reached; 0 is a segment that was "
        "seen and is normal.",
    ),
    (
        "填好后运行：ibd-scores start 文件名.xlsx --name 队列名",
        "When it is filled in, run: ibd-scores start FILE.xlsx --name COHORT",
    ),
)

# What one row of each sheet is.
ROWS = {
    "patients": ("每位患者一行", "one row for each patient"),
    "visits": ("每位患者每次访视一行", "one row for each patient and visit"),
    "diary": (
        "每位患者每天一行（访视前7天）",
        "one row for each patient and day (the 7 days before a visit)",
    ),
    "endoscopy": ("每次内镜检查一行", "one row for each endoscopy"),
    "adverse_events": ("每个不良事件一行", "one row for each adverse event"),
    "imaging": (
        "每位患者每次访视每个肠段一行",
        "one row for each patient, visit and bowel segment",
    ),
}
