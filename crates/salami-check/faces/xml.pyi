# xml: only xml.etree.ElementTree.

etree = module("xml.etree")
dom = refused("use xml.etree.ElementTree")
sax = refused("use xml.etree.ElementTree")
