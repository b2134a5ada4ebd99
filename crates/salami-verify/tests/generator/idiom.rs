//! Pieces of code whose types fit, for instructions that few drawn operands suit.

use salami_ir::instruction::{Comparison, Destination, Expectation, Instruction};
use salami_ir::{
    Address, ClassIndex, ConstantIndex, FieldIndex, FunctionIndex, GlobalIndex, LeafIndex,
    Register, SchemaIndex, TypeIndex,
};

use super::{Draw, VALUES};

/// The most instructions that one has.
pub const LONGEST: usize = 8;

/// Constants of [`super::constants`].
const NONE: ConstantIndex = ConstantIndex(0);
const THREE: ConstantIndex = ConstantIndex(2);
const TEXT: ConstantIndex = ConstantIndex(9);
const ERROR: ConstantIndex = ConstantIndex(13);

impl Draw<'_> {
    fn some(&mut self) -> Register {
        Register(self.first_value() + self.below(usize::from(VALUES)) as u16)
    }

    fn load(&self, constant: ConstantIndex, result: Register) -> Instruction {
        Instruction::LoadConstant {
            constant,
            result: Destination(result),
        }
    }

    /// A piece of code that starts at this address.
    pub(super) fn idiom(&mut self, address: u32) -> Vec<Instruction> {
        let (a, b, c) = (self.some(), self.some(), self.some());
        let (to_a, to_b, to_c) = (Destination(a), Destination(b), Destination(c));
        let at = |offset: u32| Address(address + offset);
        let class = ClassIndex(self.index(2));
        let function = FunctionIndex(self.index(self.module.functions.len()));
        let callee = &self.module.functions[function.index()];
        let (parameters, captures) = (usize::from(callee.parameters), usize::from(callee.captures));
        let arguments = vec![c; parameters];
        let cells = vec![self.cell(); captures];
        let call = if captures == 0 {
            vec![
                self.load(NONE, c),
                Instruction::Call {
                    function,
                    arguments,
                    result: to_a,
                },
            ]
        } else {
            vec![
                self.load(NONE, c),
                Instruction::MakeFunction {
                    function,
                    cells: cells.clone(),
                    result: to_b,
                },
                Instruction::CallClosure {
                    function,
                    closure: b,
                    arguments,
                    result: to_a,
                },
            ]
        };
        let after_call = call.len() as u32;
        let with_call =
            |rest: Vec<Instruction>| call.iter().cloned().chain(rest).collect::<Vec<_>>();
        match self.below(16) {
            0 => vec![
                self.load(THREE, b),
                Instruction::MakeList {
                    values: vec![b, b],
                    result: to_a,
                },
                Instruction::LoadConstant {
                    constant: THREE,
                    result: to_c,
                },
                Instruction::ListAppend { list: a, value: c },
            ],
            1 => vec![
                self.load(THREE, b),
                Instruction::MakeSet {
                    values: vec![b],
                    result: to_a,
                },
                Instruction::SetAdd { set: a, value: b },
            ],
            2 => vec![
                self.load(TEXT, a),
                Instruction::Concat {
                    values: vec![a, a],
                    result: to_b,
                },
                Instruction::StoreOutput {
                    name: "x".to_owned(),
                    value: b,
                },
            ],
            3 => vec![
                self.load(THREE, b),
                Instruction::MakeTuple {
                    values: vec![b, b],
                    result: to_a,
                },
                Instruction::GetIterator {
                    value: a,
                    result: to_c,
                },
                Instruction::Next {
                    iterator: c,
                    result: to_b,
                    end: at(5),
                },
                Instruction::Jump { target: at(3) },
            ],
            4 => with_call(vec![
                self.load(NONE, b),
                Instruction::Send {
                    generator: a,
                    value: b,
                    result: to_c,
                    end: at(after_call + 2),
                },
            ]),
            5 => with_call(vec![
                self.load(ERROR, b),
                Instruction::Throw {
                    generator: a,
                    exception: b,
                    result: to_c,
                    end: at(after_call + 2),
                },
            ]),
            6 => with_call(vec![Instruction::Delegate {
                iterator: a,
                result: to_b,
            }]),
            7 => with_call(vec![Instruction::Next {
                iterator: a,
                result: to_b,
                end: at(after_call + 1),
            }]),
            8 => vec![
                Instruction::NewObject {
                    class,
                    result: to_a,
                },
                self.load(THREE, b),
                Instruction::SetField {
                    object: a,
                    class,
                    field: FieldIndex(1),
                    value: b,
                },
                Instruction::GetField {
                    object: a,
                    class,
                    field: FieldIndex(1),
                    result: to_c,
                },
                Instruction::DeleteField {
                    object: a,
                    class,
                    field: FieldIndex(1),
                },
            ],
            9 => vec![
                Instruction::MakeFunction {
                    function,
                    cells,
                    result: to_a,
                },
                Instruction::IsFunction {
                    value: a,
                    function,
                    result: to_b,
                },
                self.load(NONE, c),
                Instruction::CallValue {
                    callee: a,
                    arguments: vec![c; parameters],
                    result: to_b,
                },
            ],
            10 => vec![
                self.load(ERROR, a),
                self.load(NONE, b),
                Instruction::RaiseFrom {
                    exception: a,
                    cause: b,
                },
            ],
            11 => vec![
                self.load(TEXT, a),
                Instruction::CallService {
                    service: "user.tell".to_owned(),
                    arguments: vec![a, a],
                    result: to_b,
                },
                Instruction::CallService {
                    service: "mail.send".to_owned(),
                    arguments: vec![a],
                    result: to_c,
                },
                Instruction::BeginCall {
                    service: "mail.send".to_owned(),
                    arguments: vec![a],
                    result: to_b,
                },
                Instruction::EndCall {
                    call: b,
                    result: to_c,
                },
            ],
            12 => vec![
                Instruction::LoadInput {
                    name: "name".to_owned(),
                    result: to_a,
                },
                Instruction::IfUnset {
                    value: a,
                    target: at(4),
                },
                Instruction::Decode {
                    value: a,
                    schema: SchemaIndex(self.index(4)),
                    what: "x".to_owned(),
                    result: to_b,
                },
                Instruction::StoreGlobal {
                    global: GlobalIndex(0),
                    value: b,
                },
                Instruction::LoadInput {
                    name: "x".to_owned(),
                    result: to_a,
                },
                Instruction::CheckSet {
                    value: a,
                    name: "x".to_owned(),
                    result: to_a,
                },
            ],
            13 => vec![
                self.load(THREE, a),
                self.load(THREE, b),
                Instruction::Compare {
                    comparison: Comparison::Less,
                    left: a,
                    right: b,
                    result: to_c,
                },
                Instruction::ShiftLeft {
                    left: a,
                    right: b,
                    result: to_c,
                },
                Instruction::BitAndInPlace {
                    left: a,
                    right: b,
                    result: to_c,
                },
                Instruction::SubtractInPlace {
                    left: a,
                    right: b,
                    result: to_c,
                },
                Instruction::Expect {
                    value: c,
                    expected: TypeIndex(2),
                    failure: Expectation::Type("not {}".to_owned()),
                    result: to_c,
                },
            ],
            14 => vec![
                self.load(THREE, b),
                Instruction::MakeDict {
                    items: vec![b, b],
                    result: to_a,
                },
                Instruction::SetItem {
                    container: a,
                    key: b,
                    value: b,
                },
                Instruction::DeleteItem {
                    container: a,
                    key: b,
                },
                Instruction::MakeSlice {
                    start: b,
                    stop: b,
                    step: b,
                    result: to_c,
                },
            ],
            _ => {
                let leaf = LeafIndex(self.index(self.module.leaves.len()));
                let name = self
                    .module
                    .leaves
                    .get(leaf.index())
                    .map(|leaf| leaf.name.clone());
                let found = self
                    .leaves
                    .iter()
                    .find(|known| Some(known.name) == name.as_deref());
                let arguments = (0..found.map_or(0, |leaf| leaf.arguments))
                    .map(|_| self.some())
                    .collect();
                vec![Instruction::CallLeaf {
                    leaf,
                    arguments,
                    result: to_a,
                }]
            }
        }
    }
}
