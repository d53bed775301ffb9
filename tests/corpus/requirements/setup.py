from setuptools import setup
REQUIRED = ["a", 'torch==1']  # "c"
setup(install_requires=REQUIRED + ["vllm>=1,<2"], extras_require={"x": ("y",), "z": [f"{a}"]}, s="""q
"r" '""")
