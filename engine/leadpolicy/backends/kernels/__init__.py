"""Policies as machine code over coded columns in memory; needs the extra `kernels`."""
