//! Documents on paper: PDF with real text and embedded fonts.
//!
//! [`Paper`] writes texts at places, [`Sheet`] fills it from top to bottom and turns
//! its pages. What is printed, and in which words, is for the slice whose document
//! it is.
//!
//! Deliberately absent: money in floats. The floats here are points on paper;
//! amounts arrive as finished texts.
#![allow(clippy::float_arithmetic, clippy::arithmetic_side_effects, reason = "points on paper, never money")]

mod font;
mod pdf;
mod sheet;

pub(crate) use pdf::{About, Style};
pub(crate) use sheet::{BOTTOM, Column, LEADING, LEFT, RIGHT, SMALL, STRONG, Sheet, TEXT, TITLE, TOP, lines};
