"""Read the prose of a brief as an editor does: find the counts, dates and quotations that were typed, not computed.

Expressions run over the text of parsed Markdown alone, in two passes. First what is no count is covered: listed names,
and turns of phrase that hold a number word and count nothing. Then every number that is left is a slip, so that a new
way to write one is found before it is excused. Only words that are seldom counts ("one", "second", "double") must
look like one to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from briefkit.errors import BriefError
from briefkit.prose import ROLE, Token, is_role, parse

QUOTED_WORDS = 5

# Stand for what is not typed prose: a role, a code span, a name or phrase that is covered.
_VALUE, _CODE, _COVER = "\ufffc", "\ufffb", "\ufff9"

_UNITS = "two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ANY_CARDINAL = rf"(?:(?:{_TENS})(?:[- ](?:one|{_UNITS})(?!\w))?|{_TEENS}|{_UNITS})"
_CARDINAL = rf"{_ANY_CARDINAL}(?!\w)"
_SCALE = "(?:hundred|thousand|million|billion|trillion|dozen)"
_ORDINAL_UNITS = "third|fourth|fifth|sixth|seventh|eighth|ninth"
_ORDINAL = (
    rf"(?:(?:{_TENS})[- ](?:first|second|{_ORDINAL_UNITS})|{_ORDINAL_UNITS}|tenth|eleventh|twelfth"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teenth|(?:twen|thir|for|fif|six|seven|eigh|nine)tieth"
    r"|hundredth|thousandth|millionth)"
)
_PART = rf"(?:half|halves|quarters?|(?:{_ORDINAL_UNITS}|tenth|twelfth|twentieth|hundredth|thousandth)s?)(?!\w)"
_OUT_OF = "(?: out of| in| of every| in every)"
_PERCENT = r"(?: per ?cent(?!\w)| percentage points?)"
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?!\w)\.?)"
)
# A word starts here: not inside another, nor after its hyphen.
_START = r"(?<!\w)(?<!\w-)"
_HYPHENED = r"(?:-[^\W\d_]+)*"

# Nouns after "one" that make it a count; other nouns ("one side", "one treaty for all") leave it a turn of phrase.
_PERSON = (
    "diplomat|officer|soldier|sailor|pilot|guard|prisoner|hostage|citizen|person|employee|attaché|spy|agent|minister"
    "|ambassador|admiral|adviser|lawmaker|senator|journalist|analyst|man|woman"
)
# These are adjectives as often ("one general rule"), so a noun must not follow.
_OR_ADJECTIVE = "official|civilian|national|general|expert"
_THING = (
    "firm|company|bank|consulate|embassy|mission|warhead|missile|launcher|bomber|submarine|ship|warship|tank|aircraft"
    "|plane|jet|helicopter|drone|rocket|reactor|vehicle|battalion|brigade|division|base|bridge|vote|seat|entry|listing"
    "|expulsion|inspection|year|month|week|fortnight|hour|minute|decade|century|kilometre|mile|metre|tonne|ton|dollar"
    "|euro|rouble|pound|cent|degree"
)
# Words after "one" that are no noun to count, or one that makes a turn of phrase.
_NOT_COUNTED = (
    "or|and|over|another|other|that|who|whom|which|whose|by|for|from|after|before|to|with|without|in|at|on|as|than|is"
    "|was|side|way|thing|more|such|day|time|moment|point|capital|hand|word|course|line|direction|end|man|if|when|but|has"
)
# What happens to things that are counted.
_COUNTED = (
    "expelled|signed|closed|listed|added|lifted|removed|named|barred|killed|wounded|arrested|launched|tested|deployed"
    "|fined|opened|recalled|withdrew|withdrawn|lost|sent|built|shut|shot|held|exceeded|violated|broke|broken|seized"
)
_SAID = "said|says|told|tells|put|puts|called|calls|added|adds|warned|warns|wrote|writes|who|whose|argued|argues|noted"
# Nouns of which "the two" are a fixed pair, and those that count the sentences to come.
_PAIR = (
    "sides|capitals|countries|states|governments|presidents|leaders|powers|superpowers|parties|ministers|ministries|nations"
    "|neighbours|neighbors|rivals|blocs|camps|men|women|arsenals|adversaries|enemies|allies|partners|peoples|armies"
    "|delegations|negotiators|economies|chambers"
)
_ASPECT = "ways|reasons|questions|respects|senses|lessons"
_PAIR_OF = "things|minds|evils|stools|fires|masters|wrongs|worlds|words"
_POINT = "option|reason|question|point|possibility|lesson|answer|objection|explanation|way|choice|course|view"
_AFTER_PAIR = (
    "are|were|had|have|will|would|can|could|may|might|must|should|do|did|never|not|also|then|now|both|each|agree|differ"
    "|meet|met|spoke|signed|together|apart|and|or|to|in|on|at|as|by|from|with|for|than|that|which|who|but|since|until"
    "|when|while|because|still|often|alike"
)

# What holds a number and counts nothing. Case is ignored unless a phrase says otherwise.
_CLEAN = (
    r"https?://\S+",
    r"24/7|20/20|50/50|50-50|fifty-fifty|catch-22|180-degree turns?|a 180(?=[.,;])",
    # An age is a name of a time, not a date.
    r"(?<![\w.,$€£])(?:1[0-9]|20)\d0s(?!\w)|(?:['’]|(?<=the )|(?<=mid-))\d0s(?!\w)",
    rf"{_START}(?:\d+(?:st|nd|rd|th)|{_ORDINAL})[- ]centur(?:y|ies)(?!\w)",
    # Ordinals as turns of phrase, and those that only open a sentence or a clause.
    r"third[- ](?:part(?:y|ies)|countries|states|governments|nations|persons?|rate|hand|world|way|rail|degree)(?!\w)",
    r"a third (?:country|state|government|capital|power)(?!\w)",
    rf"(?:a )?{_ORDINAL} (?:{_POINT})(?!\w)",
    rf"{_ORDINAL}-generation",
    r"fourth estate|fifth columns?|fifth columnists?|fifth wheel|sixth sense|seventh heaven|eleventh[- ]hour",
    rf"(?:^|(?<=[.;:,!?] )|(?<=[;,] and ))(?:{_ORDINAL}),",
    # Two.
    r"of (?:the|these|those) two(?![\w-])",
    rf"(?:the|these|those|our|their|any|other) two(?=(?: [\w-]+){{0,2}}? (?:{_PAIR})(?!\w))",
    rf"(?:the|these|those) two(?= ?[,.;:!?)—–]|$| (?:{_AFTER_PAIR})(?!\w)| \w+ed(?!\w))",
    rf"(?:{_CARDINAL}) (?:\w+ )?(?:{_ASPECT})(?!\w)",
    rf"(?:{_UNITS}) (?:or|to) (?:{_UNITS}) (?:{_ASPECT})(?!\w)|two (?:{_PAIR_OF})(?!\w)",
    r"between two (?!and |or |to )|two sides(?!\w)|no two(?![\w-])|two and two|one or two",
    r"(?:day|word|thing|year|step) or two(?!\w)",
    r"(?:two|three|four|five|multi)-(?:way|faced|headed|cornered|legged|edged|sided|tier(?:ed)?"
    r"|track|party|state|star|letter|fronts?|pronged|dimensional|speed|tone|timing|piece|handed|bit|level)(?!\w)",
    r"track[- ]two|four corners|seven seas|three cheers|two cents|on all fours|two can play",
    r"death by a thousand cuts|(?:a )?thousand cuts|one in a million|thanks a million|a million miles",
    r"nine times out of ten|ten a penny|million-to-one",
    # Once and twice.
    r"once or twice|(?:think|thinks|thought|thinking) twice",
    # Half, double, zero.
    r"(?<!-)half-(?!dozen|million|billion|trillion|century|hour|year(?!ly)|decade|day)\w+|by halves",
    r"(?:other|better|latter|northern|southern|eastern|western|upper|lower|first|second|last) half"
    r"(?! of (?:the )?(?:year|month|decade|century))",
    r"half (?:measures?|truths?|way|brothers?|sisters?|the (?:battle|story|truth|world)|a loaf|a mind|an eye"
    r"|a heart|asleep|empty|full|open|joking)(?!\w)",
    r"doubl(?:e[ds]?|ing) (?:down|back|over|up|as)(?!\w)",
    r"zero-\w+|zero (?:sum|tolerance|hour|option|emissions|day)|(?:ground|net|absolute|year) zero",
    # A quarter from which something comes.
    r"from a quarter (?=that|where|which|no)",
    # One, where the words after it would look like a count.
    r"one (?:\w+ )?\w+(?: or| to| after| and| from) (?:the )?(?:other|another|next)(?!\w)",
    r"(?:(?<=no )|(?<=any)|(?<=some)|(?<=every)|(?<=the )|(?<=this )|(?<=that )|(?<=which )|(?<=each ))one(?![\w-])",
    rf"one (?:[\w-]+ ){{0,3}}(?:{_PERSON}|{_OR_ADJECTIVE})(?= (?:{_SAID})(?!\w)|['’]s)",
    r"one (?:\w+ )?\w+ at a time|one or (?:the )?other|one-off|one-(?:wo)?man"
    r"|one (?:man|person|member|country), one vote",
    rf"(?:at least|more than|less than) one(?![\w-])(?! (?:per ?cent|in|out|{_SCALE}|{_PART})(?!\w))",
    # A scale after a value or "per" is a unit.
    rf"(?:(?<={_VALUE} )|(?<=per )){_SCALE}(?!\w)",
)

# A digit, alone or in a written fraction; groups of thousands may be set apart by a space.
_DIGITS = r"(?:\d{1,3}(?: \d{3})+(?!\d)|[\d¼-¾⅐-⅞]+(?:[.,:/][\d¼-¾⅐-⅞]+)*)"
_AMOUNT = rf"(?:[A-Z]{{0,3}}[$€£¥₽] ?)?{_DIGITS}[^\W_]*(?: ?[%‰])?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEARS = rf"(?:[^\W\d_]+-)?(?:1[5-9]|20)\d\d(?:[-–/](?:\d\d|\d{{4}}))?{_HYPHENED}(?![\w%])(?![.,:/–-]\d)"

_NUMBER = (
    rf"(?:(?<!\S)[+−±-])?(?:(?<!\w)(?:[^\W\d_]+-)?[^\W\d_]*)?{_AMOUNT}(?:[-–—−]{_AMOUNT})*{_HYPHENED}"
    rf"(?: (?:{_SCALE}|bn|m)(?!\w))?(?:{_PERCENT})?"
)
_DATES = (
    rf"(?<!\w){_DAY}(?:(?: ?[-–] ?|/| and | to | or ){_DAY})? (?:of )?{_MONTH}(?!\w)(?:,? (?:of )?\d{{4}}(?!\w))?",
    rf"(?<!\w)(?:mid-)?{_MONTH} {_DAY}(?!\w)(?:[-–]{_DAY})?(?:,? \d{{4}}(?!\w))?",
    rf"(?<!\w)(?:mid-)?{_MONTH},? (?:of )?\d{{4}}(?!\w)",
    r"(?<![\w-])\d{4}-\d\d(?:-\d\d)?(?![\w-])|(?<![\w/])\d{1,2}([/.])\d{1,2}\1(?:\d{4}|\d\d)(?![\w/])",
    rf"(?<!\w)(?i:(?:first|second|{_ORDINAL}) of {_MONTH})(?!\w)|{_MONTH} (?:the )?(?i:first|{_ORDINAL})(?!\w)",
    r"(?i:(?:first|second) half of (?:the |last |this |next )?(?:year|month|decade|century))(?!\w)",
    # A bare year; without a word that leads to a year, four digits before a plural are a number of something.
    rf"(?<![\w.,:/–—$€£-]){_YEARS}(?! [a-z]+s(?!\w))",
    r"(?i:(?<=the )|(?<=in )|(?<=since )|(?<=until )|(?<=after )|(?<=before )|(?<=during )|(?<=from )|(?<=by ))"
    rf"{_YEARS}",
)
_COUNTS = (
    # Hundreds, a dozen, two hundred and five, tens of thousands.
    rf"(?:(?:half an?|an?|one|several|a few|{_CARDINAL})[- ]){{0,3}}(?:{_SCALE}s?(?!\w))"
    rf"(?:(?: and |[- ])(?:one(?!\w)|{_CARDINAL}|{_SCALE}s?(?!\w))| of {_SCALE}s(?!\w))*(?:{_PERCENT})?{_HYPHENED}",
    rf"(?:tens|scores) of(?: {_SCALE}s)?(?!\w)",
    # Twenty-nine, two and a half, three quarters, one in five, nine per cent, five-year.
    rf"{_CARDINAL}(?:[- ]and[- ]an?[- ]{_PART}|[- ]{_PART}|{_OUT_OF} {_CARDINAL}|{_PERCENT})?{_HYPHENED}",
    rf"one{_OUT_OF} (?:{_CARDINAL}|an? {_SCALE}|{_SCALE})(?!-)|one{_PERCENT}",
    rf"(?:an?|one)[- ](?:{_PART}){_HYPHENED}|half(?:-\w+)?(?!\w)",
    rf"{_ORDINAL}(?:-\w+)?(?!\w)",
    r"second(?:-\w+est|-most)(?!\w)|second(?= (?:time|year|month|week|day|quarter|\w+est|most)(?!\w))",
    rf"(?:{_ANY_CARDINAL}|{_SCALE})-?fold(?!\w)",
    r"(?:doubl|tripl|trebl|quadrupl|quintupl|halv)(?:ed|ing)(?!\w)|twice|thrice",
    r"halve(?!\w)|halves(?= (?:the|its|their|his|her|our|what)(?!\w))",
    r"(?:double|triple|treble|quadruple)s?"
    r"(?= (?:the|that|those|its|their|his|her|our|it|them|what|every|each|again|in|to)(?!\w))",
    r"(?:(?<=to )|(?<=would )|(?<=will )|(?<=could )|(?<=may )|(?<=might )|(?<=than )|(?<=nearly )|(?<=almost ))"
    r"(?:double|triple|treble|quadruple)(?![\w-]| (?:standard|agent|game|check|negative|bind|act|cross|jeopardy))",
    r"once(?= (?:an?|every|per|each) (?:day|week|fortnight|month|quarter|year|decade))",
    r"zero(?!\w)",
    # One, where it counts.
    rf"one(?= (?:[\w-]+ ){{0,2}}?(?:{_PERSON}|{_THING}|exception)(?!\w))|one-(?:{_THING}|day|per ?cent){_HYPHENED}",
    rf"one(?= (?:[\w-]+ )?(?:{_OR_ADJECTIVE})(?:[.,;:)]|$| (?:of|had|{_NOT_COUNTED})(?!\w)))",
    r"one(?= day (?:later|after|before|earlier|ago|on)(?!\w))|(?:(?<=within )|(?<=only )|(?<=for ))one(?= day)",
    rf"(?:(?<=only )|(?<=just )|(?<=exactly )|(?<=all but ))one(?=[.,;:)]|$| (?!(?:{_NOT_COUNTED})(?!\w))[a-z])",
    rf"(?:{_COUNTED}) (?P<text>one)(?= (?!(?:of|{_NOT_COUNTED})(?!\w))[a-z])",
    rf"one(?= [\w-]+ (?:was|is|has been|had been) (?:{_COUNTED})(?!\w))",
    rf"(?:{_VALUE}|{_CARDINAL}|\d)(?: [\w-]+){{1,3}}(?:,| and|, and) (?P<text>one)"
    rf"(?= (?!(?:of|{_NOT_COUNTED})(?!\w))\w)",
    r"an? (?:pair|trio|quartet) of(?! (?:eyes|hands|shoes|scissors|glasses|trousers))",
)
_QUOTATION = re.compile(
    r"“[^”]*(?:”|$)|„[^“”]*[“”]|«[^»]*»"
    r"|(?<![\w])\"(?=\S)[^\"]*(?<=\S)\"(?!\w)"
    r"|(?<!\w)‘(?=\S)[^‘]*?(?<=\S)’(?!\w)|(?<!\w)'(?=[^\s\d])(?:[^']|'\w){1,2000}+(?<=\S)'(?!\w)"
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE_END = re.compile(rf"[.!?…][\"”’')\]]* (?=[\"“‘(A-Z{_VALUE}{_CODE}])")
_SHORTENED = re.compile(r"(?<!\w)(?:[A-Z]|Mr|Mrs|Ms|Dr|St|No|Gen|Sen|Gov|Col)$")


def _any(patterns: Sequence[str], start: str = "", flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"{start}(?:{pattern})" for pattern in patterns), flags)


_COVERED = _any(_CLEAN, r"(?<![^\W_])", re.IGNORECASE)
_KINDS = (
    ("literal role", re.compile(rf"\{{{ROLE}\}}")),
    ("date", _any([f"(?:{pattern})" for pattern in _DATES])),
    ("number", re.compile(_NUMBER)),
    *(("number word", _any([pattern], _START, re.IGNORECASE)) for pattern in _COUNTS),
)


@dataclass(frozen=True)
class Slip:
    """Hold what was typed where a computed value or a quotation on record belongs.

    `kind` is "number", "date", "number word", "quotation" or "literal role"; `text` holds the words as typed and
    `sentence` the sentence around them, its roles as typed.
    """

    kind: str
    text: str
    sentence: str


@dataclass
class _Passage:
    """A block's text in one line, with a sign for each role or code span; `hidden` holds what these were."""

    text: str = ""
    hidden: list[str] = field(default_factory=list)
    quoted: bool = False

    def add(self, text: str) -> None:
        text = re.sub(f"[{_VALUE}{_CODE}{_COVER}]", " ", text)
        text = re.sub(r"\s+", " ", text)
        self.text += text.lstrip() if self.text.endswith(" ") else text

    def hide(self, sign: str, typed: str) -> None:
        self.text += sign
        self.hidden.append(typed)

    def typed(self, start: int, end: int) -> str:
        """Give a stretch of the text as typed."""
        before = len(re.findall(f"[{_VALUE}{_CODE}]", self.text[:start]))
        hidden = iter(self.hidden[before:])
        return re.sub(f"[{_VALUE}{_CODE}]", lambda _: next(hidden), self.text[start:end]).strip()

    def sentence(self, start: int, end: int) -> str:
        """Give the sentence, or sentences, around a stretch of the text."""
        ends = [
            found.end()
            for found in _SENTENCE_END.finditer(self.text)
            if not _SHORTENED.search(self.text, max(0, found.start() - 5), found.start())
        ]
        first = max((at for at in ends if at <= start), default=0)
        last = min((at for at in ends if at >= end), default=len(self.text))
        return self.typed(first, last)


def slips(markdown: str, names: Sequence[str] = ()) -> list[Slip]:
    """List what is typed in the prose of a Markdown text and should be computed, in reading order.

    Code, addresses of links and roles are not prose. A title or another plain string is given as a heading:
    `"# " + title`.

    `names` are the proper names that hold numbers; a `#` in an entry stands for any number ("E.O. #"), and a name is
    found as whole words, in its own case. A quotation of five words or more, in quotation marks or as a block quote, is
    a slip unless it holds a role.

    >>> [(slip.kind, slip.text) for slip in slips("In *April 2021* Rurland sent **six** S-400s.", ["S-400s"])]
    [('date', 'April 2021'), ('number word', 'six')]
    """
    expressions = [_name(name) for name in names]
    return [slip for passage in _passages(parse(markdown)) for slip in _slips(passage, expressions)]


def used_names(markdown: str, names: Sequence[str]) -> set[str]:
    """Tell which of the listed names the prose uses.

    >>> used_names("E.O. 14024 came first.", ["E.O. #", "S-400"])
    {'E.O. #'}
    """
    passages = list(_passages(parse(markdown)))
    return {name for name in names if any(_name(name).search(passage.text) for passage in passages)}


def _name(name: str) -> re.Pattern[str]:
    if not re.search(r"[^\W\d_]", name):
        raise BriefError(
            "the list of names",
            f'"{name}" holds no letter',
            "a proper name that holds a number",
            "Write the words that go with the number, with # for any number: E.O. #.",
        )
    signs = {" ": r"\s+", "-": "[-\u2010\u2011–]", "#": r"\d+(?:[.,/]\d+)*"}
    words = "".join(signs.get(sign) or re.escape(sign) for sign in " ".join(name.split()))
    return re.compile(rf"(?<!\w)(?<!\d[.,]){words}(?![.,]?\d)(?!\w)")


def _passages(tokens: list[Token]) -> Iterator[_Passage]:
    """Yield the text of each block; a block quote without a role is one passage."""
    depth = 0
    held: list[_Passage] = []
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type in ("inline", "html_block"):
            passage = _passage(token)
            if depth:
                held.append(passage)
            else:
                yield passage
        if token.type == "blockquote_close" and not depth:
            yield from _block_quote(held)
            held = []


def _block_quote(held: list[_Passage]) -> list[_Passage]:
    """Join the paragraphs of a block quote, unless a role in it gives the words."""
    if any(_VALUE in passage.text for passage in held):
        return held
    text = " ".join(passage.text for passage in held)
    return [_Passage(text, [typed for passage in held for typed in passage.hidden], quoted=True)]


def _passage(block: Token) -> _Passage:
    passage = _Passage()
    if block.type == "html_block":
        passage.add(re.sub(r"<!--.*?-->|</?[A-Za-z][^>]*>|<[!?][^>]*>", " ", block.content, flags=re.DOTALL))
    _read(block.children or [], passage)
    return passage


def _read(tokens: Sequence[Token], passage: _Passage) -> None:
    """Add the words of inline tokens; an address that is its own link's text is not prose."""
    in_address = False
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            in_address = token.type == "link_open" and token.info == "auto"
        elif is_role(token):
            passage.hide(_VALUE, "{" + ROLE + "}`" + token.content + "`")
        elif token.type in ("code_inline", "myst_role"):
            passage.hide(_CODE, f"`{token.content}`")
        elif token.type in ("softbreak", "hardbreak") or token.content.lower().startswith("<br"):
            passage.add(" ")
        elif token.type == "image":
            _read(token.children or [], passage)
        elif token.type == "text" and not in_address:
            passage.add(token.content)


def _slips(passage: _Passage, names: Sequence[re.Pattern[str]]) -> Iterator[Slip]:
    covered = passage.text
    for expression in (*names, _COVERED):
        covered = expression.sub(lambda found: _COVER * len(found[0]), covered)
    spans = [(*span, "quotation") for span in _quotations(passage)]
    for kind, expression in _KINDS:
        spans += [
            (*found.span("text" if "text" in expression.groupindex else 0), kind)
            for found in expression.finditer(covered)
        ]
    done = 0
    # Of two readings that overlap the earlier and longer one holds the other: "15 April" rather than "15".
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            yield Slip(kind, passage.typed(start, end), passage.sentence(start, end))
            done = end


def _quotations(passage: _Passage) -> Iterator[tuple[int, int]]:
    whole = [(0, len(passage.text))]
    for start, end in whole if passage.quoted else [found.span() for found in _QUOTATION.finditer(passage.text)]:
        words = passage.text[start:end]
        if _VALUE not in words and len(_WORD.findall(words)) >= QUOTED_WORDS:
            yield start, end
