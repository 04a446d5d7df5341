"""Brings up to date what is written from declarations: the README's table of settings."""

from sakila_platform.settings_table import with_settings_table
from sakila_platform_tests.conventions.source_files import ROOT

if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_settings_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
