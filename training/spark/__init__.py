"""The Spark variant of prepare, for archives larger than one machine; see prepare_spark.py."""
