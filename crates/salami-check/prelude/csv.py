"""csv.Sniffer, and readers and writers with the dialect that it found."""

import csv

from _leaf import csv_has_header, csv_sniff


class Dialect:
    def __init__(self, delimiter, doublequote, quotechar, skipinitialspace):
        self.delimiter = delimiter
        self.doublequote = doublequote
        self.quotechar = quotechar
        self.skipinitialspace = skipinitialspace
        self.lineterminator = "\r\n"
        self.quoting = csv.QUOTE_MINIMAL


class Sniffer:
    def sniff(self, sample, delimiters=None):
        delimiter, doublequote, quotechar, skipinitialspace = csv_sniff(sample, delimiters)
        return Dialect(delimiter, doublequote, quotechar, skipinitialspace)

    def has_header(self, sample):
        return csv_has_header(sample)


def sniffer():
    return Sniffer()


def reader_of(csvfile, dialect):
    return csv.reader(
        csvfile,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        skipinitialspace=dialect.skipinitialspace,
    )


def writer_of(csvfile, dialect):
    return csv.writer(
        csvfile,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        skipinitialspace=dialect.skipinitialspace,
    )


def dict_reader_of(f, fieldnames, restkey, restval, dialect):
    return csv.DictReader(
        f,
        fieldnames,
        restkey,
        restval,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        skipinitialspace=dialect.skipinitialspace,
    )


def dict_writer_of(f, fieldnames, restval, extrasaction, dialect):
    return csv.DictWriter(
        f,
        fieldnames,
        restval,
        extrasaction,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        skipinitialspace=dialect.skipinitialspace,
    )
