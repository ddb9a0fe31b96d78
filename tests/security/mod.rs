//! What somebody who means harm tries, each as a test.

mod forgery;
mod forms;
mod guessing;
mod headers;
mod leaving;
mod scripts;
mod secrets;
