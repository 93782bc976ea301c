"""The dress rehearsal: a country's year of dossiers in many Parquet files, by the command that a province would run; see README.md."""
