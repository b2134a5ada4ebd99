# xml.etree: only ElementTree.

ElementTree = module("xml.etree.ElementTree")
cElementTree = refused("use xml.etree.ElementTree")
