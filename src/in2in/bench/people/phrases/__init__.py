"""The phrase bank: how every kind of interaction is told, and by whom what is done.

The YAML files hold for every kind its sentences, one a line, for training and for test; what they mean is told in
`in2in.bench.people.phrases.bank`. No verb of the test sentences is in any training sentence.
"""
