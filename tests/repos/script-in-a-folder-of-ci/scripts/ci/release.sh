#!/bin/bash
set -e
helm upgrade --install app ./chart --wait
