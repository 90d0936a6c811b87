"""Simulated studies with a known truth: do the intervals and tests keep what they promise?"""
