// The API's documentation, drawn by Swagger UI from the schema that the server prints.
const page = document.getElementById("api");
const { classList: looks, dataset: { theme } } = document.documentElement;

looks.toggle("dark-mode", theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));

window.SwaggerUIBundle({
  domNode: page,
  url: page.dataset.schema,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: (request) => {
    // Trying out with the browser's own session: the server asks for the page's secret.
    if (!request.headers.Authorization) {
      request.headers["X-CSRFToken"] = page.dataset.csrf;
    }
    return request;
  },
});
