//! `repr` and `str` of instances, exceptions, classes and functions; `print`.

use std::sync::Arc;

use salami_ir::{
    BuiltinException, Class, ClassIndex, ClassRef, Field, Function, FunctionIndex, Module, Tag,
};
use salami_vm::hash::HashKey;
use salami_vm::heap::object::{ExceptionObject, FunctionObject, Instance};
use salami_vm::heap::{DictObject, Flavor, Heap};
use salami_vm::{Context, Raise, TypeRef, Value, format, leaf, ops};

fn context() -> Context {
    let field = |name: &str, shown| Field {
        name: name.into(),
        shown,
        compared: true,
    };
    let module = Module {
        classes: vec![
            Class {
                name: "Point".into(),
                fields: vec![field("x", true), field("secret", false), field("y", true)],
                shows_fields: true,
                stands_for: None,
                ..Class::default()
            },
            Class {
                name: "Plain".into(),
                ..Class::default()
            },
            Class {
                name: "TooBad".into(),
                base: Some(ClassRef::Builtin(BuiltinException::ValueError)),
                ..Class::default()
            },
        ],
        functions: vec![Function {
            name: "outer.<locals>.inner".into(),
            ..Function::default()
        }],
        ..Module::default()
    };
    let mut context = Context::new(Heap::new(Arc::new(module), 100 << 20, HashKey::default()));
    context.refuel(1 << 40);
    context
}

fn exception(context: &mut Context, class: ClassRef, arguments: Vec<Value>) -> Value {
    let object = ExceptionObject {
        class,
        arguments,
        ..ExceptionObject::default()
    };
    context.heap.alloc_exception(object).unwrap()
}

fn both(context: &mut Context, value: Value) -> (String, String) {
    (
        format::repr(context, value).unwrap(),
        format::display(context, value).unwrap(),
    )
}

#[test]
fn instances() {
    let context = &mut context();
    let text = context.string("a'b").unwrap();
    let point = Instance {
        class: ClassIndex(0),
        fields: vec![Value::Int(1), Value::Int(2), text],
    };
    let point = context.heap.alloc_object(point).unwrap();
    assert_eq!(
        format::repr(context, point).unwrap(),
        "Point(x=1, y=\"a'b\")"
    );
    let plain = context
        .heap
        .alloc_object(Instance {
            class: ClassIndex(1),
            fields: Vec::new(),
        })
        .unwrap();
    assert_eq!(
        format::repr(context, plain).unwrap(),
        "<__main__.Plain object at 0x000000000000>"
    );
    let object = (leaf::find("object").unwrap().function)(context, &[]).unwrap();
    assert_eq!(
        format::repr(context, object).unwrap(),
        "<object object at 0x000000000000>"
    );
    // An instance within itself.
    if let Value::Object(handle) = point {
        context.heap.object_mut(handle).fields[2] = point;
    }
    assert_eq!(format::repr(context, point).unwrap(), "Point(x=1, y=...)");
}

#[test]
fn exceptions() {
    let context = &mut context();
    let text = context.string("no").unwrap();
    let value_error = ClassRef::Builtin(BuiltinException::ValueError);
    let key_error = ClassRef::Builtin(BuiltinException::KeyError);
    let own = ClassRef::Module(ClassIndex(2));
    let os_error = ClassRef::Builtin(BuiltinException::FileNotFoundError);
    let cases: &[(ClassRef, Vec<Value>, &str, &str)] = &[
        (value_error, vec![], "ValueError()", ""),
        (value_error, vec![text], "ValueError('no')", "no"),
        (
            value_error,
            vec![text, Value::Int(2)],
            "ValueError('no', 2)",
            "('no', 2)",
        ),
        (key_error, vec![text], "KeyError('no')", "'no'"),
        (
            key_error,
            vec![text, text],
            "KeyError('no', 'no')",
            "('no', 'no')",
        ),
        (own, vec![Value::Int(5)], "TooBad(5)", "5"),
        (
            os_error,
            vec![Value::Int(2), text],
            "FileNotFoundError(2, 'no')",
            "[Errno 2] no",
        ),
    ];
    for (class, arguments, repr, display) in cases {
        let value = exception(context, *class, arguments.clone());
        assert_eq!(
            both(context, value),
            ((*repr).to_owned(), (*display).to_owned())
        );
    }
    let inner = exception(context, key_error, vec![text]);
    let outer = exception(context, value_error, vec![inner]);
    assert_eq!(
        both(context, outer),
        ("ValueError(KeyError('no'))".into(), "'no'".into())
    );
}

#[test]
fn classes_and_functions() {
    let context = &mut context();
    let cases = [
        (TypeRef::Builtin(Tag::Int), "<class 'int'>"),
        (TypeRef::Builtin(Tag::None), "<class 'NoneType'>"),
        (TypeRef::Builtin(Tag::Decimal), "<class 'decimal.Decimal'>"),
        (
            TypeRef::Class(ClassRef::Module(ClassIndex(1))),
            "<class '__main__.Plain'>",
        ),
        (
            TypeRef::from(BuiltinException::KeyError),
            "<class 'KeyError'>",
        ),
        (
            TypeRef::from(BuiltinException::JSONDecodeError),
            "<class 'json.decoder.JSONDecodeError'>",
        ),
    ];
    for (class, shown) in cases {
        assert_eq!(format::repr(context, Value::Type(class)).unwrap(), shown);
    }
    let function = FunctionObject {
        function: FunctionIndex(0),
        cells: Vec::new(),
        attributes: Vec::new(),
    };
    let function = context.heap.alloc_function(function).unwrap();
    assert_eq!(
        format::repr(context, function).unwrap(),
        "<function outer.<locals>.inner at 0x000000000000>"
    );
    let name = (leaf::find("function.__name__").unwrap().function)(context, &[function]).unwrap();
    assert_eq!(format::display(context, name).unwrap(), "inner");
}

#[test]
fn dicts_of_every_flavor() {
    let context = &mut context();
    let (a, b) = (context.string("a").unwrap(), context.string("b").unwrap());
    let flavors = [
        (Flavor::Plain, "{'a': 1, 'b': 2}"),
        (Flavor::Counter, "Counter({'b': 2, 'a': 1})"),
        (Flavor::OrderedDict, "OrderedDict([('a', 1), ('b', 2)])"),
        (
            Flavor::DefaultDict {
                factory: Value::Type(TypeRef::Builtin(Tag::Int)),
            },
            "defaultdict(<class 'int'>, {'a': 1, 'b': 2})",
        ),
    ];
    for (flavor, shown) in flavors {
        let value = context
            .heap
            .alloc_dict(DictObject::with_flavor(flavor))
            .unwrap();
        let Value::Dict(dict) = value else {
            panic!("no dict")
        };
        ops::dict_set(context, dict, a, Value::Int(1)).unwrap();
        ops::dict_set(context, dict, b, Value::Int(2)).unwrap();
        assert_eq!(format::repr(context, value).unwrap(), shown);
    }
}

#[test]
fn notes_are_kept() {
    let context = &mut context();
    let note = context.string("look here").unwrap();
    let value = exception(
        context,
        ClassRef::Builtin(BuiltinException::ValueError),
        Vec::new(),
    );
    let call = |context: &mut Context, name: &str, arguments: &[Value]| {
        (leaf::find(name).unwrap().function)(context, arguments)
    };
    assert!(matches!(
        call(context, "BaseException.__notes__", &[value]),
        Err(Raise::Exception(_))
    ));
    call(context, "BaseException.add_note", &[value, note]).unwrap();
    call(context, "BaseException.add_note", &[value, note]).unwrap();
    let notes = call(context, "BaseException.__notes__", &[value]).unwrap();
    assert_eq!(
        format::repr(context, notes).unwrap(),
        "['look here', 'look here']"
    );
}
