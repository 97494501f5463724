"""What a cohort study needs around the scores: tables in, numbers and figures out."""
