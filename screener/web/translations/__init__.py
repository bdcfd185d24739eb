"""The catalogues of the pages' words: msgids are English, zh_Hans is written by hand, zh_Hant derived from it."""
