"""What tells who a patient is, and how it stays out of everything derived.

Headings and values are judged by their look: a heading of this kind is named in the query list and
not read unless `cohort.toml` maps it; a value of this kind is not repeated. Patients get a
pseudonym under a key that stays beside the raw tables.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ibd_scores.study.cohort.parsing import number, plain
from ibd_scores.study.cohort.problems import CohortError

KEY_FILE = "pseudonyms.key"
_KEY_HEAD = (
    "# The key of this cohort's pseudonyms. Keep it beside the raw tables and give it to nobody:\n"
    "# with it and the patients' numbers, pseudonyms can be told. Without it they come out anew.\n"
)
# Without I, L, O and U, which are mistaken for 1, 1, 0 and V.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10  # 50 bits: among 100,000 patients two alike once in 200,000 cohorts

# Chinese headings are judged by what they contain, in this order; English ones by their words.
_CHINESE = (
    ("identity-card number", "身份证|证件号|护照|社保号|医保号|医保卡"),
    ("medical-record number", "住院号|病历号|病案号|门诊号|就诊号|登记号|就诊卡|病人号|床号"),
    ("phone number", "电话|手机|联系方式|微信"),
    ("e-mail address", "邮箱|电子邮件"),
    ("address", "住址|地址|籍贯|户口|户籍"),
    ("date of birth", "出生日期|出生年月|生日"),
    ("name", "姓名|名字|患者名|联系人|家属|主治医|医生|医师|签名"),
    ("free text", "备注|主诉|现病史|既往史|病程记录|描述|诊断意见|小结|说明"),
)
_ENGLISH = (
    ("identity-card number", r"identity card|id card|passport|national id|social security|ssn"
     r"|insurance (number|no)|nhs (number|no)"),
    ("medical-record number", r"mrn|(medical|hospital|patient|case) (record )?(number|no)"
     r"|hospital id|(admission|chart|outpatient|bed) (number|no)"),
    ("phone number", r"phone|telephone|tel|mobile|cell phone|cellphone|wechat|fax"),
    ("e-mail address", r"email|e mail|mail address"),
    ("address", r"((home|work|postal|street) )?address|street|postcode|postal code|zip"
     r"|zip code|home town"),
    ("date of birth", r"dob|date of birth|birth date|birthdate|birthday"),
    ("name", r"name|patient name|first name|last name|full name|surname|family name|given name"
     r"|forename|contact|contact person|next of kin|physician name|doctor|initials"),
    ("free text", r"comment|comments|remark|remarks|note|notes|narrative|free text|history"
     r"|present illness|chief complaint|summary|memo"),
)  # fmt: skip

_PHONE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
_LANDLINE = re.compile(r"(?<![\d.])0\d{2,3}-\d{7,8}(?![\d.])")
_CARD = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def heading_kind(heading: str) -> str:
    """Say what a heading looks like that tells who somebody is; blank for any other.

    Returns
    -------
    str
        "name", "phone number", "identity-card number", "medical-record number", "address",
        "date of birth", "e-mail address", "free text", or "".

    Examples
    --------
    >>> heading_kind("联系电话"), heading_kind("Patient name"), heading_kind("Anal fistula")
    ('phone number', 'name', '')
    """
    text = plain(heading)
    for kind, words in _CHINESE:
        if re.search(words, text):
            return kind
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    folded = " ".join(re.findall(r"[a-z]+", parts.casefold()))
    for kind, words in _ENGLISH:
        if re.fullmatch(
            rf"(the |patient s |patients |patient )?({words})( (of|at|in) \w+)?", folded
        ):
            return kind
    return ""


def described(kind: str) -> str:
    """Put the article before what a heading looks like.

    >>> described("name"), described("address"), described("free text")
    ('a name', 'an address', 'free text')
    """
    if kind == "free text":
        return kind
    return f"{'an' if kind[0] in 'aei' else 'a'} {kind}"


def value_kind(text: str) -> str:
    """Say what a value holds that tells who somebody is; blank for any other.

    >>> value_kind("tel. 138 0013 8000"), value_kind("2024-03-09"), value_kind(">1800")
    ('phone number', '', '')
    """
    text = plain(text)
    if any(_is_card(found[1]) for found in _CARD.finditer(text)):
        return "identity-card number"
    if _PHONE.search(text) or _LANDLINE.search(text):
        return "phone number"
    return "e-mail address" if _MAIL.search(text) else ""


def _is_card(digits: str) -> bool:
    """Tell whether digits are a Chinese identity card: a day of birth; of 18, the check digit."""
    long = len(digits) == 18
    month, day = (int(digits[10:12]), int(digits[12:14])) if long else (
        int(digits[8:10]), int(digits[10:12]))  # fmt: skip
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    if not long:
        return True
    # ISO 7064, MOD 11-2.
    weighted = sum(int(sign) * pow(2, 17 - place, 11) for place, sign in enumerate(digits[:17]))
    return "10X98765432"[weighted % 11] == digits[17].upper()


def masked(text: str) -> str:
    """Return a text, or what it holds instead of it if that tells who somebody is.

    >>> masked("12/5"), masked("13800138000")
    ('12/5', '(phone number)')
    """
    kind = value_kind(text)
    return f"({kind})" if kind else text


def text_safe(text: str) -> str:
    """Mark with an apostrophe, as spreadsheets do, what one would take for a formula.

    >>> text_safe("=1+1"), text_safe("-3.5"), text_safe("- none"), text_safe("rash")
    ("'=1+1", '-3.5', "'- none", 'rash')
    """
    start = text.lstrip(" \u3000\ufeff\n")
    doubtful = start.startswith(_FORMULA) or plain(start).startswith(_FORMULA)
    return f"'{text}" if doubtful and number(text) is None else text


def pseudonymizer(folder: Path) -> Callable[[str], str]:
    """Give the function that turns a patient's number into the pseudonym, under the folder's key.

    The key is `pseudonyms.key` beside the raw tables, made at the first use. The same key and
    number give the same pseudonym; outer blanks and full-width forms make no difference.

    Raises
    ------
    CohortError
        the key cannot be read or made, or two patients come out alike.
    """
    key = _key(folder)
    known: dict[str, str] = {}

    def pseudonym(patient: str) -> str:
        patient = plain(patient)
        digest = int.from_bytes(hmac.digest(key, patient.encode(), hashlib.sha256)[:8], "big")
        hidden = "S-" + "".join(_SIGNS[digest >> 5 * place & 31] for place in range(_LENGTH))
        if known.setdefault(hidden, patient) != patient:
            raise CohortError(
                f"{folder / KEY_FILE}: two patients get one pseudonym; move the key away, and a "
                "new one is made"
            )
        return hidden

    return pseudonym


def _key(folder: Path) -> bytes:
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CohortError(f"{path}: cannot be read or made ({error})") from None
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(words) != 1 or not re.fullmatch(r"[0-9a-f]{64}", words[0]):
        raise CohortError(
            f"{path}: damaged; bring it back from a copy, or delete it, and the patients get new "
            "pseudonyms"
        )
    return bytes.fromhex(words[0])


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; of two that are made at once, the first stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.write_text(f"{_KEY_HEAD}{secrets.token_hex(32)}\n", "ascii")
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
