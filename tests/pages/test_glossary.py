"""Words of the field are explained where they stand."""

import re

from builders.html_page import page_of

import distill
from distill.pages.glossary import WORDS, Glossary

JARGON = ("restricted", "excluded", "key planes", "interchange", "decoy", "R²")


def test_a_word_is_explained_at_its_first_place_and_text_stays_safe():
    words = Glossary()
    said = words("A decoy & <b>, and another decoy")
    assert said.count("<a ") == 1
    assert "&amp; &lt;b&gt;, and another decoy" in said
    assert [word for _, word, _ in words.used] == ["decoy"]


def test_no_other_word_is_taken_for_one():
    assert "<a" not in Glossary()("marginal notes, logitech, unrestricted, relocated")


def test_every_word_of_the_list_can_be_found():
    for name, (pattern, means) in WORDS.items():
        assert re.search(pattern, f"{name} needs :", flags=re.IGNORECASE), name
        assert means.endswith("."), name


def test_no_jargon_stands_on_a_page_without_its_explanation(small_run):
    page = page_of(distill.load_run(small_run))
    listed = page.split('id="words"', 1)[1]
    shown = page.split('id="words"', 1)[0]
    for word in JARGON:
        assert re.search(rf'class="term"[^>]*>[^<]*{word}', shown, flags=re.IGNORECASE), word
        assert re.search(rf"<dt>[^<]*{word}", listed, flags=re.IGNORECASE), word
