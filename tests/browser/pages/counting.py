"""How many questions a page asks the database, told to the walk with the page itself."""

from django.db import connection

HEADER = "X-Questions"


def count_questions(get_response):
    """Middleware of the walks alone: a header with the number of questions."""

    def answer(request):
        asked = []

        def ask(execute, sql, params, many, context):
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(ask):
            response = get_response(request)
        response[HEADER] = len(asked)
        return response

    return answer
