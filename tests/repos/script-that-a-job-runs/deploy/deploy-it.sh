#!/bin/sh
helm upgrade --install poll ./poll
