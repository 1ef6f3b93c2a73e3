"""The version that records and pages name as their origin."""

VERSION = "1.0.0"
