// Books by Javalin: OpenAPI 3.0 that its plugin makes of annotations when they are compiled, at /openapi. Arguments: PORT.
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.openapi.HttpMethod;
import io.javalin.openapi.OpenApi;
import io.javalin.openapi.OpenApiContent;
import io.javalin.openapi.OpenApiParam;
import io.javalin.openapi.OpenApiRequestBody;
import io.javalin.openapi.OpenApiResponse;
import io.javalin.openapi.plugin.OpenApiPlugin;
import java.util.Map;
import java.util.Objects;

public final class Books {
  public static final class Book {
    private String title;
    private int pages;

    public String getTitle() { return title; }
    public void setTitle(String title) { this.title = title; }
    public int getPages() { return pages; }
    public void setPages(int pages) { this.pages = pages; }
  }

  @OpenApi(path = "/books/{isbn}", methods = HttpMethod.GET, operationId = "getBook", pathParams = @OpenApiParam(name = "isbn"),
           queryParams = @OpenApiParam(name = "language"), headers = @OpenApiParam(name = "X-Reader"), cookies = @OpenApiParam(name = "shelf"),
           responses = @OpenApiResponse(status = "200", content = @OpenApiContent(from = Book.class)))
  static void get(Context context) {
    context.json(Map.of("called", "get", "isbn", context.pathParam("isbn"), "language", Objects.toString(context.queryParam("language")),
                        "reader", Objects.toString(context.header("X-Reader")), "shelf", Objects.toString(context.cookie("shelf"))));
  }

  @OpenApi(path = "/books/{isbn}", methods = HttpMethod.PUT, operationId = "putBook", pathParams = @OpenApiParam(name = "isbn"),
           requestBody = @OpenApiRequestBody(content = @OpenApiContent(from = Book.class)), responses = @OpenApiResponse(status = "200"))
  static void put(Context context) {
    Book book = context.bodyAsClass(Book.class);
    context.json(Map.of("called", "put", "isbn", context.pathParam("isbn"), "title", Objects.toString(book.getTitle()), "pages", book.getPages()));
  }

  public static void main(String[] arguments) {
    Javalin.create(config -> {
      config.showJavalinBanner = false;
      config.registerPlugin(new OpenApiPlugin(openApi -> openApi.withDocumentationPath("/openapi")));
    }).get("/books/{isbn}", Books::get).put("/books/{isbn}", Books::put).start("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("listening");
  }
}
