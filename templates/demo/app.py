from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

app = Flask(__name__)
app.config.from_object("config")
db = SQLAlchemy(app)


@app.get("/orders")
def orders():
    rows = db.session.execute(text("SELECT id, customer_id, total_cents FROM orders"))
    return jsonify([dict(row._mapping) for row in rows])
