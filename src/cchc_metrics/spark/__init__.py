"""A table counted by Spark, where its rows are: the counts and problems of one scan (extra ``spark``; pyspark 4, Java 17)."""

from __future__ import annotations

from cchc_metrics.spark.job import tally_spark
from cchc_metrics.spark.session import SparkJobError

__all__ = ["SparkJobError", "tally_spark"]
