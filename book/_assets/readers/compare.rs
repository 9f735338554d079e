// Golden vectors and your own arrays: ./compare lstm-small.json mine.json [tolerance]
// In these files each array has a line of its own, so no crate is needed: rustc -O compare.rs
use std::{env, error::Error, fs, process::ExitCode};

struct Array {
    name: String,
    shape: Vec<usize>,
    data: Vec<f64>, // the last axis fastest
}

fn read(path: &str) -> Result<Vec<Array>, Box<dyn Error>> {
    let mut found = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let Some((name, rest)) = line.split_once("\": {\"shape\": [") else { continue };
        let (shape, data) = rest.split_once("], \"data\": [").ok_or("no data")?;
        let data = data.trim_end_matches([']', '}', ',']);
        found.push(Array {
            name: name.trim_start_matches('"').to_string(),
            shape: shape.split(", ").map(str::parse).collect::<Result<_, _>>()?,
            data: data.split(", ").map(str::parse).collect::<Result<_, _>>()?,
        });
    }
    Ok(found)
}

/// The entry that is off most, as a share of the largest that is expected: how far, and where.
fn worst(golden: &Array, mine: &Array) -> (f64, usize) {
    let largest = golden.data.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let (mut off, mut at) = (0.0, 0);
    for (k, (got, want)) in mine.data.iter().zip(&golden.data).enumerate() {
        let error = (got - want).abs() / if largest > 0.0 { largest } else { 1.0 };
        if error > off || (error.is_nan() && !off.is_nan()) {
            (off, at) = (error, k); // NaN is the worst, and stays
        }
    }
    (off, at)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = env::args().collect();
    let (golden, mine) = (read(&words[1])?, read(&words[2])?);
    let tolerance: f64 = words.get(3).map_or(Ok(1e-12), |word| word.parse())?;
    let (mut compared, mut wrong) = (0, 0);
    for array in &mine {
        let Some(right) = golden.iter().find(|each| each.name == array.name) else { continue };
        compared += 1;
        if right.shape != array.shape {
            println!("{}: shape {:?}, expected {:?}", array.name, array.shape, right.shape);
            wrong += 1;
            continue;
        }
        let (off, mut at) = worst(right, array);
        if off <= tolerance {
            continue;
        }
        let (got, want) = (array.data[at], right.data[at]);
        let mut place: Vec<usize> = Vec::new();
        for length in right.shape.iter().rev() {
            place.insert(0, at % length);
            at /= length;
        }
        println!("{}{:?}: {:?}, expected {:?}", array.name, place, got, want);
        wrong += 1;
    }
    println!("{compared} arrays compared, {wrong} differ");
    Ok(ExitCode::from(u8::from(compared == 0 || wrong > 0)))
}
