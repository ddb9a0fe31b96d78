//! The floor of every page: a handler that writes bytes it was given.

use std::process::ExitCode;

use actix_web::{App, HttpResponse, HttpServer, web};

pub fn serve(file: &str, listen: &str) -> ExitCode {
    let body: &'static [u8] = Box::leak(std::fs::read(file).unwrap().into_boxed_slice());
    actix_web::rt::System::new().block_on(async move {
        let answer = move || async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body) };
        HttpServer::new(move || App::new().default_service(web::route().to(answer)))
            .workers(2)
            .bind(listen)
            .unwrap()
            .run()
            .await
            .unwrap();
    });
    ExitCode::SUCCESS
}
