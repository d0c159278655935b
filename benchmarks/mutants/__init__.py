"""Mutation tests: would the tests notice if one detail of the code were different?"""
