#!/bin/sh
helm install poll ./poll
